/** How far the test of a client has come. Pure. */
import { errorNumbers } from '../wire/states.js';

/** `client` and `server`: who ended the test before its time. */
export type Phase = 'opening' | 'running' | 'ending' | 'client' | 'server';

/** Why a test that ended before its time has no figures of its client, as nobody has waited for them. Undefined of any other test. */
export function untoldAfter(phase: Phase): string[] | undefined {
  if (phase === 'client') return ['A client of iperf3 that ends a test early tells nothing: its figures are missing.'];
  if (phase === 'server')
    return ['A client of iperf3 tells nothing to a server that is stopped: its figures are missing.'];
  return undefined;
}

/** The number of iperf3's for what was to be read then, and could not be. */
export function unreadNumber(phase: Phase): number {
  if (phase === 'opening') return errorNumbers.badParams;
  return phase === 'ending' ? errorNumbers.badResults : errorNumbers.badMessage;
}
