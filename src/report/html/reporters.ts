/** Gathers what happens for its report in HTML. */
import { anyAsRead } from '../document/read.js';
import { RoutesDocument } from '../json/both-routes.js';
import type { Identity } from '../json/common.js';
import { DocumentBuilder } from '../json/document.js';
import { PingDocumentBuilder } from '../json/ping.js';
import { TraceDocument } from '../json/route.js';
import { anyPage } from './any-page.js';

/** `builder` gives the document once there is one: of a route from its first event on, else upon the last. */
function htmlReporter<E>(builder: { add(event: E): unknown }) {
  let document: unknown;
  return {
    event(event: E): void {
      document = builder.add(event) ?? document;
    },
    /** Undefined without a document. */
    page: () => (document === undefined ? undefined : anyPage(anyAsRead(document))),
  };
}

export const testHtmlReporter = (identity: Identity) =>
  htmlReporter(new DocumentBuilder(identity, { withTrips: true }));
export const pingHtmlReporter = (identity: Identity) => htmlReporter(new PingDocumentBuilder(identity));
export const traceHtmlReporter = () => htmlReporter(new TraceDocument());
export const routesHtmlReporter = () => htmlReporter(new RoutesDocument());
