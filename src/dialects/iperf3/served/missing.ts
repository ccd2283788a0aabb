/** What a server does not know of a test, or knows to be doubtful, in whole sentences. Pure. */
import type { StreamResult } from '../../../events/load.js';
import { missingFigures } from '../../../modes/load/warnings.js';
import { doubledPackets } from '../wire/doubled.js';
import type { Phase } from './phase.js';

export function missingAfter(phase: Phase, results: readonly StreamResult[], omitSeconds: number): string[] {
  return (
    untoldAfter(phase) ?? [...missingFigures('server', results), ...doubledPackets('server', results, omitSeconds)]
  );
}

/** Nobody has waited for a client's figures where the test ended before its time. Undefined of any other test. */
function untoldAfter(phase: Phase): string[] | undefined {
  if (phase === 'client') return ['A client of iperf3 that ends a test early tells nothing: its figures are missing.'];
  if (phase === 'server')
    return ['A client of iperf3 tells nothing to a server that is stopped: its figures are missing.'];
  return undefined;
}
