/** A test in which no load arrived has failed, whatever else worked. Pure. */
import { WperfError } from '../../errors.js';
import type { EndEvent } from '../../events/test.js';

/** Undefined where something arrived in each direction, where that is not known, and where the test was interrupted. */
export function failureWithoutLoad({ sums, interrupted }: EndEvent, peer: string): WperfError | undefined {
  const dry = sums.find(({ received, partial }) => received?.bytes === 0 && !partial);
  if (dry === undefined || interrupted) return undefined;
  const way = dry.direction === 'up' ? 'to' : 'from';
  const hint =
    'control messages and pings pass and full packets do not: check the MTU of the path (ICMP may be filtered)';
  return new WperfError('no-load', `no load arrived ${way} ${peer}`, { operation: 'test', peer, hint });
}
