import { software } from '../package.js';
import { systemClock } from './clock.js';
import type { Host } from './host.js';
import { startUsageMeter } from './usage.js';

/** This process, on Node. */
export const nodeHost: Host = { clock: systemClock, software, meterUsage: startUsageMeter };
