/** Gathers what happens for its report in HTML. */
import { anyAsRead } from '../document/read.js';
import { anyPage } from './any-page.js';

/** Gives the document once there is one: of a route from its first event on, else upon the last. */
export interface Builder<E> {
  add(event: E): unknown;
}

export function htmlReporter<E>(builder: Builder<E>) {
  let document: unknown;
  return {
    event(event: E): void {
      document = builder.add(event) ?? document;
    },
    /** Undefined without a document. */
    page: () => (document === undefined ? undefined : anyPage(anyAsRead(document))),
  };
}
