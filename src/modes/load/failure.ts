/** A test that came to an end and has failed all the same. Pure. */
import { WperfError } from '../../errors.js';
import type { EndEvent } from '../../events/load.js';
import type { StreamOutcome } from './stream/figures.js';

/** Whatever else came through, load did not. */
export const noLoadHint =
  'control messages and pings pass and full packets do not: check the MTU of the path (ICMP may be filtered)';

/** At the client: the server was stopped, or no load arrived, whatever else worked. */
export function failureOf(end: EndEvent, outcomes: readonly StreamOutcome[], peer: string): WperfError | undefined {
  const detail = { operation: 'test', peer };
  if (outcomes.some(({ ended }) => ended === 'shutdown')) {
    return new WperfError('peer-terminated', `${peer} was stopped before the end of the test`, detail);
  }
  return failureWithoutLoad(end, detail);
}

/** Undefined where something arrived in each direction, where that is not known, and where the test was interrupted. */
function failureWithoutLoad(
  { sums, interrupted }: EndEvent,
  detail: { readonly operation: string; readonly peer: string },
): WperfError | undefined {
  const dry = sums.find(({ received, partial }) => received?.bytes === 0 && !partial);
  if (dry === undefined || interrupted) return undefined;
  const way = dry.direction === 'up' ? 'to' : 'from';
  return new WperfError('no-load', `no load arrived ${way} ${detail.peer}`, { ...detail, hint: noLoadHint });
}
