/** How far the test of a client has come. Pure. */
import { errorNumbers } from '../wire/states.js';

/** `client` and `server`: who ended the test before its time. */
export type Phase = 'opening' | 'running' | 'ending' | 'client' | 'server';

/** The number of iperf3's for what was to be read then, and could not be. */
export function unreadNumber(phase: Phase): number {
  if (phase === 'opening') return errorNumbers.badParams;
  return phase === 'ending' ? errorNumbers.badResults : errorNumbers.badMessage;
}
