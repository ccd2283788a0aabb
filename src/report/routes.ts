/** What a report of both routes knows of one of them. */
import type { TraceEnd, TraceHop, TraceStart } from '../events/route.js';
import { alignRoutes, type RouteRow } from '../trace/compare.js';
import type { TraceReport } from './reporter.js';

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

/** What answers for a client behind NAT is the NAT, whose hop has a counterpart; only in-band probes reach the client. */
export function rowsOf(forward: Route, reverse: Route): RouteRow[] {
  const { seen, prober } = reverse.start ?? {};
  const isNat = (hop: TraceHop) => seen?.translated === true && !hop.inband && prober !== 'inband';
  return alignRoutes(
    forward.hops,
    reverse.hops.map((hop) => (isNat(hop) ? withoutEnd(hop) : hop)),
  );
}

function withoutEnd({ end: _, ...hop }: TraceHop): TraceHop {
  return hop;
}
