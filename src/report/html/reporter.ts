/** Gathers what happens for its report in HTML. */
import { anyAsRead } from '../document/read.js';
import { anyPage } from './any-page.js';

/** `builder` gives the document once there is one: of a route from its first event on, else upon the last. */
export function htmlReporter<E>(builder: { add(event: E): unknown }) {
  let document: unknown;
  return {
    event(event: E): void {
      document = builder.add(event) ?? document;
    },
    /** Undefined without a document. */
    page: () => (document === undefined ? undefined : anyPage(anyAsRead(document))),
  };
}
