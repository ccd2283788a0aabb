/** Gathers pings for their report in HTML. */
import type { PingEvent } from '../../../events/ping.js';
import { anyAsRead } from '../../document/read.js';
import type { Identity } from '../../json/objects.js';
import { PingDocumentBuilder } from '../../json/ping.js';
import type { PingReporter } from '../../reporter.js';
import { anyPage } from '../any-page.js';

export class HtmlPingReporter implements PingReporter {
  readonly #builder: PingDocumentBuilder;
  #document: Record<string, unknown> | undefined;

  constructor(identity: Identity) {
    this.#builder = new PingDocumentBuilder(identity);
  }

  event(event: PingEvent): void {
    this.#document ??= this.#builder.add(event);
  }

  /** Undefined before the pings have ended. */
  page(): string | undefined {
    return this.#document && anyPage(anyAsRead(this.#document));
  }
}
