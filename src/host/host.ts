import type { UsageMeter } from '../measure/usage.js';
import type { Clock } from './clock.js';

/** What a run needs of the machine that it runs on; a browser supplies the same. */
export interface Host {
  readonly clock: Clock;
  /** How this end names itself to people and to its peer, e.g. `wperf 1.0.0`. */
  readonly software: string;
  /** Begins to count what this process uses. */
  readonly meterUsage: () => UsageMeter;
}
