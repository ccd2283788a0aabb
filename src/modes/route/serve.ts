/**
 * A client that asked for the route back, at the server, in whatever dialect. Liveness: bounded by the desk's own bound
 * on every trace, and by the client's leave.
 */
import { toWperfError, WperfError } from '../../errors.js';
import type { SharedResult, TraceEnd, TraceEvent } from '../../events/route.js';
import type { TraceAdmission, TraceDesk, TraceOrder } from './desk/desk.js';

/** Who asked. */
interface RouteClient {
  /** Resolves when the client goes; rejects when it breaks the rules. */
  readonly gone: Promise<unknown>;
  readonly tell: (event: TraceEvent, shared: SharedResult | undefined) => void | Promise<void>;
}

/**
 * Resolves when the route is told or the client has gone, with how it went, in words, for the server's log. Rejects
 * with the WperfError to tell the client.
 */
export async function serveRoute(desk: TraceDesk, order: TraceOrder, client: RouteClient): Promise<string> {
  client.gone.catch(() => {});
  try {
    const admission = desk.ask(order);
    const told = tell(admission, client);
    const left = client.gone.then(() => undefined);
    for (const each of [told, left]) each.catch(() => {});
    const end = await Promise.race([told, left]).finally(() => admission.leave());
    return outcomeOf(end, admission);
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}

/** The end of the trace; undefined where the client left before it. */
async function tell({ events, shared }: TraceAdmission, client: RouteClient): Promise<TraceEnd | undefined> {
  let end: TraceEnd | undefined;
  for await (const event of events) {
    await client.tell(event, shared);
    if (event.type === 'trace-end') end = event;
  }
  return end;
}

function outcomeOf(end: TraceEnd | undefined, { target, shared }: Pick<TraceAdmission, 'target' | 'shared'>): string {
  if (!end) return `left before the end of the route to ${target}`;
  const how = shared === undefined ? 'traced' : { joined: 'joined a trace', kept: 'given a result kept' }[shared.kind];
  return `route to ${target} ${how}: ${end.hops} ${end.hops === 1 ? 'hop' : 'hops'} in ${end.seconds.toFixed(1)} s, ${endings[end.reason]}`;
}

const endings: Readonly<Record<TraceEnd['reason'], string>> = {
  target: 'up to the client',
  refused: 'refused on the way',
  hops: 'no answer from the client',
  time: 'cut short by the limit of time',
  interrupted: 'interrupted',
};

/** What a client may know of a failure: it is not to blame for one of the server's own. */
function refusalOf(thrown: unknown): WperfError {
  const error = toWperfError(thrown);
  const isOurs = error.code === 'trace-unavailable' || error.code === 'unreachable' || error.code === 'internal';
  return isOurs ? new WperfError('request-refused', `the server cannot trace: ${error.line}`, { cause: error }) : error;
}
