/** Where a stream of the original's dialect differs from one of wperf.v1, at either end. */
import { legacy } from '../../../defaults/index.js';
import type { Clock } from '../../../host/clock.js';
import type { StreamTraits } from '../../../modes/load/stream/talk.js';
import type { TestPlan } from '../../../plan/plan.js';
import { numberEach } from './wire.js';

export function traitsOf({ mode }: Pick<TestPlan, 'mode'>, clock: Clock): StreamTraits {
  const wallNs = Date.now() * 1e6 - clock.now() * 1e9;
  return {
    ...{ ownIntervals: true, stamp: numberEach(), anyPacketSize: true },
    // Nanoseconds since 1970 that never step.
    stampNs: () => wallNs + clock.now() * 1e9,
    ...(mode === 'datagram' && { resultSeconds: legacy.figuresSeconds, graceSeconds: 0 }),
  };
}
