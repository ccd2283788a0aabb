/** A test that came to an end and has failed all the same. Pure. */
import { WperfError } from '../../errors.js';
import type { EndEvent } from '../../events/load.js';
import type { Direction } from '../../plan/plan.js';
import type { Role } from './results.js';
import type { StreamOutcome } from './stream/figures.js';

/** Whatever else came through, load did not. */
export const noLoadHint =
  'control messages and pings pass and full packets do not: check the MTU of the path (ICMP may be filtered)';

/** Nor did anything else. */
export const brokenPathHint = 'pings were not answered any more either: the path or the server may have failed';

/** Nobody knows what else did. */
const unknownPathHint =
  'the path or the server may have failed, or full packets do not pass: check the MTU of the path (ICMP may be filtered)';

/** What became of pings beside the load. */
export type PingsBeside = 'answered' | 'unanswered' | 'none';

/**
 * At the client: the server was stopped, or no load arrived, whatever else worked.
 * @param tellsArrival false of a peer that tells nobody what arrived.
 */
export function failureOf(
  end: EndEvent,
  outcomes: readonly StreamOutcome[],
  peer: string,
  tellsArrival: boolean,
  pings: PingsBeside = 'answered',
): WperfError | undefined {
  if (end.interrupted) return stoppedBy(outcomes, peer);
  const dry = dryWay(end);
  const untold = dry === undefined && tellsArrival ? untoldWay(end) : undefined;
  const failed = dry ?? untold;
  const nobodyKnows = untold !== undefined && pings === 'none' && { hint: unknownPathHint };
  const options = { ...nobodyKnows, ...hintFor(end, pings), ...(untold && { what: 'nothing tells that any load' }) };
  return failed && withoutLoad('client', failed, peer, options);
}

/** At the server: no load arrived. What a client leaves untold proves nothing here. */
export function servedFailureOf(end: EndEvent, peer: string): WperfError | undefined {
  const dry = end.interrupted ? undefined : dryWay(end);
  return dry && withoutLoad('server', dry, peer, hintFor(end));
}

/** Defined where the server has said that it was stopped, whatever became of the connection then. */
export function stoppedBy(outcomes: readonly StreamOutcome[], peer: string): WperfError | undefined {
  if (!outcomes.some(({ ended }) => ended === 'shutdown')) return undefined;
  const text = `${peer} was stopped before the end of the test`;
  return new WperfError('peer-terminated', text, { operation: 'test', peer });
}

/** The first direction in which nothing arrived. */
function dryWay({ sums }: EndEvent): Direction | undefined {
  return sums.find(({ partial, received }) => !partial && received?.bytes === 0)?.direction;
}

/** The first direction of which no stream tells. */
function untoldWay({ sums, streams }: EndEvent): Direction | undefined {
  const isUntold = (way: Direction) => streams.every(({ direction, received }) => direction !== way || !received);
  return sums.find(({ partial, direction }) => !partial && isUntold(direction))?.direction;
}

function hintFor({ simulation }: EndEvent, pings?: PingsBeside): { readonly hint?: string } {
  if (simulation?.configured.lossPercent === 100) return { hint: 'the loss that was asked for leaves none' };
  return pings === 'unanswered' ? { hint: brokenPathHint } : {};
}

/** At an end of this role; `direction` is the one in which none arrived. */
export function withoutLoad(
  role: Role,
  direction: Direction,
  peer: string,
  { what = 'no load', hint = noLoadHint }: { readonly what?: string; readonly hint?: string } = {},
): WperfError {
  const way = (direction === 'up') === (role === 'client') ? 'to' : 'from';
  return new WperfError('no-load', `${what} arrived ${way} ${peer}`, { operation: 'test', peer, hint });
}
