/** A client of the original's kind, in Python, against our server and against a server of its own kind. */
import { legacyArgv, startLegacyServer } from '../../test/support/legacy/peers.js';
import { type Later, withUndo } from '../../test/support/undo.js';
import { startWperfServer } from '../../test/support/wperf.js';
import type { Sample } from '../measurement.js';
import { measurePair } from '../usage.js';

export type LegacyMode = 'upload' | 'reverse';

interface Figure {
  readonly bytes: number;
  readonly seconds: number;
}

export function runLegacyAgainstWperf(mode: LegacyMode, seconds: number): Promise<Sample> {
  return measure((later) => startWperfServer(later, ['-t', String(seconds + 5)]), mode, seconds);
}

export function runLegacyAgainstItself(mode: LegacyMode, seconds: number): Promise<Sample> {
  return measure((later) => startLegacyServer(later, ['--seconds', String(seconds + 5)]), mode, seconds);
}

/** What the client reads: of an upload its own count, as the original shows it. */
function measure(
  startServer: (later: Later) => ReturnType<typeof startWperfServer>,
  mode: LegacyMode,
  seconds: number,
): Promise<Sample> {
  return withUndo(async (later) => {
    const server = await startServer(later);
    const argv = legacyArgv('client.py', mode, String(server.port), '--seconds', String(seconds));
    const pair = await measurePair(later, server.process, argv, seconds + 20);
    const { exitCode, stdout, stderr } = pair.finished;
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: exit code ${exitCode}\n${stderr}${stdout}`);
    const said: { sent?: Figure; received?: Figure } = JSON.parse(stdout);
    const { bytes, seconds: elapsed } = said.sent ?? said.received ?? { bytes: 0, seconds: 1 };
    return { bitsPerSecond: [(8 * bytes) / elapsed], bytes, client: pair.client, server: pair.server };
  });
}
