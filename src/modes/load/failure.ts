/** A test that came to an end and has failed all the same. Pure. */
import { WperfError } from '../../errors.js';
import type { EndEvent } from '../../events/load.js';
import type { Direction } from '../../plan/plan.js';
import type { StreamOutcome } from './stream/figures.js';

/** Whatever else came through, load did not. */
export const noLoadHint =
  'control messages and pings pass and full packets do not: check the MTU of the path (ICMP may be filtered)';

/**
 * At the client: the server was stopped, or no load arrived, whatever else worked.
 * @param tellsArrival false of a peer that tells nobody what arrived.
 */
export function failureOf(
  end: EndEvent,
  outcomes: readonly StreamOutcome[],
  peer: string,
  tellsArrival: boolean,
): WperfError | undefined {
  if (end.interrupted) return stoppedBy(outcomes, peer);
  return failureWithoutLoad(end, { operation: 'test', peer }, tellsArrival);
}

/** Defined where the server has said that it was stopped, whatever became of the connection then. */
export function stoppedBy(outcomes: readonly StreamOutcome[], peer: string): WperfError | undefined {
  if (!outcomes.some(({ ended }) => ended === 'shutdown')) return undefined;
  const text = `${peer} was stopped before the end of the test`;
  return new WperfError('peer-terminated', text, { operation: 'test', peer });
}

/** Undefined where something arrived in each direction. */
function failureWithoutLoad(
  { sums, streams, simulation }: EndEvent,
  detail: { readonly operation: string; readonly peer: string },
  tellsArrival: boolean,
): WperfError | undefined {
  const whole = sums.filter(({ partial }) => !partial);
  const dry = whole.find(({ received }) => received?.bytes === 0);
  const isUntold = (way: Direction) => streams.every(({ direction, received }) => direction !== way || !received);
  const untold = tellsArrival ? whole.find(({ direction }) => isUntold(direction)) : undefined;
  const failed = dry ?? untold;
  if (failed === undefined) return undefined;
  const what = failed === dry ? 'no load' : 'nothing tells that any load';
  const way = failed.direction === 'up' ? 'to' : 'from';
  const hint = simulation?.configured.lossPercent === 100 ? 'the loss that was asked for leaves none' : noLoadHint;
  return new WperfError('no-load', `${what} arrived ${way} ${detail.peer}`, { ...detail, hint });
}
