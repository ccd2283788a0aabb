/** The table of everything that is measured. */
import { program, pythonModule, unmet } from '../test/support/machine.js';
import type { Measurement } from './measurement.js';
import { runIperf3, runWperf, runWperfOverTls } from './programs/iperf-like.js';
import { type LegacyMode, runLegacyAgainstItself, runLegacyAgainstWperf } from './programs/legacy.js';
import { runNginxAndCurl } from './programs/nginx-curl.js';
import { runPlainC, runPlainNode } from './programs/plain.js';
import type { Shared } from './shared.js';

export function measurements(shared: Shared): readonly Measurement[] {
  return [
    ...pair('up', 'up', []),
    ...pair('down', 'down', ['-R']),
    ...pair('bidir', 'bidir', ['--bidir']),
    ...pair('-P 2', 'parallel', ['-P', '2']),
    {
      name: 'wperf wss up',
      mode: 'wss',
      peer: 'nginx + curl',
      missing: unmet([program('openssl')]),
      run: (seconds) => runWperfOverTls(shared, [], seconds),
    },
    {
      name: 'wperf wss down',
      mode: 'wss',
      peer: 'nginx + curl',
      missing: unmet([program('openssl')]),
      run: (seconds) => runWperfOverTls(shared, ['-R'], seconds),
    },
    {
      name: 'nginx + curl',
      mode: 'wss',
      missing: unmet([program('openssl'), program('nginx'), program('curl')]),
      run: (seconds) => runNginxAndCurl(shared, seconds),
    },
    ...legacyPair('up', 'upload'),
    ...legacyPair('down', 'reverse'),
    {
      name: 'plain Node',
      mode: 'limit',
      missing: [],
      run: runPlainNode,
    },
    {
      name: 'plain C',
      mode: 'limit',
      missing: unmet([program('gcc')]),
      run: (seconds) => runPlainC(shared, seconds),
    },
  ];
}

/** wperf and iperf3 with the same flags. */
function pair(what: string, mode: string, flags: readonly string[]): readonly Measurement[] {
  return [
    { name: `wperf ${what}`, mode, peer: `iperf3 ${what}`, missing: [], run: (seconds) => runWperf(flags, seconds) },
    {
      name: `iperf3 ${what}`,
      mode,
      missing: unmet([program('iperf3')]),
      run: (seconds) => runIperf3(flags, seconds),
    },
  ];
}

/** The same client of the original's kind with our server, and with a server of its kind. */
function legacyPair(what: string, mode: LegacyMode): readonly Measurement[] {
  const missing = unmet([pythonModule('websockets', 'python3-websockets')]);
  const [ours, theirs] = [`legacy client ${what}, wperf server`, `legacy client ${what}, legacy server`];
  return [
    { name: ours, mode: 'legacy', peer: theirs, missing, run: (seconds) => runLegacyAgainstWperf(mode, seconds) },
    { name: theirs, mode: 'legacy', missing, run: (seconds) => runLegacyAgainstItself(mode, seconds) },
  ];
}
