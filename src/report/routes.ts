/** What a report of both routes knows of one of them, and when it knows all. */
import type { RouteEvent } from '../session/client-routes.js';
import { alignRoutes, type RouteRow } from '../trace/compare.js';
import type { TraceEnd, TraceHop, TraceStart } from '../trace/events.js';
import type { TraceReport } from './reporter.js';

export interface RoutesReporter {
  event(event: RouteEvent): void;
  /** No more events come. */
  end(): void;
}

export class Route {
  readonly hops: TraceHop[] = [];
  start: TraceStart | undefined;
  end: TraceEnd | undefined;

  add(event: TraceReport): void {
    if (event.type === 'trace-start') this.start = event;
    else if (event.type === 'trace-hop') this.hops.push(event);
    else if (event.type === 'trace-end') this.end = event;
  }
}

/** An address before a NAT is not the client: its hop has a counterpart on the way there. */
export function rowsOf(forward: Route, reverse: Route): RouteRow[] {
  const isTranslated = reverse.start?.seen?.translated === true;
  const back = isTranslated ? reverse.hops.map(({ end: _, ...hop }) => hop) : reverse.hops;
  return alignRoutes(forward.hops, back);
}
