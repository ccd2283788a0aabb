/** Gathers routes for their reports in HTML. */
import type { RouteEvent } from '../../../events/both-routes.js';
import { anyAsRead } from '../../document/read.js';
import { RoutesDocument } from '../../json/both-routes.js';
import { TraceDocument } from '../../json/route.js';
import type { TraceReport, TraceReporter } from '../../reporter.js';
import { anyPage } from '../any-page.js';

export class HtmlTraceReporter implements TraceReporter {
  readonly #document = new TraceDocument();

  event(event: TraceReport): void {
    this.#document.add(event);
  }

  page(): string {
    return anyPage(anyAsRead(this.#document));
  }
}

export class HtmlRoutesReporter {
  readonly #document = new RoutesDocument();

  event(event: RouteEvent): void {
    this.#document.add(event);
  }

  page(): string {
    return anyPage(anyAsRead(this.#document));
  }
}
