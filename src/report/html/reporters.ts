/** Gathers what happens for its report in HTML. */
import { anyAsRead } from '../document/read.js';
import { RoutesDocument } from '../json/both-routes.js';
import type { Identity } from '../json/common.js';
import { DocumentBuilder } from '../json/document.js';
import { PingDocumentBuilder } from '../json/ping.js';
import { TraceDocument } from '../json/route.js';
import { anyPage } from './any-page.js';

/** Gives the document once there is one. */
interface Builder<E> {
  add(event: E): unknown;
}

class HtmlReporter<E> {
  readonly #builder: Builder<E>;
  #document: unknown;

  constructor(builder: Builder<E>) {
    this.#builder = builder;
  }

  event(event: E): void {
    this.#document = this.#builder.add(event) ?? this.#document;
  }

  /** Undefined before what was measured has ended. A route has one at any time. */
  page(): string | undefined {
    return this.#document === undefined ? undefined : anyPage(anyAsRead(this.#document));
  }
}

export const testHtmlReporter = (identity: Identity) =>
  new HtmlReporter(new DocumentBuilder(identity, { withTrips: true }));
export const pingHtmlReporter = (identity: Identity) => new HtmlReporter(new PingDocumentBuilder(identity));
export const traceHtmlReporter = () => new HtmlReporter(new TraceDocument());
export const routesHtmlReporter = () => new HtmlReporter(new RoutesDocument());
