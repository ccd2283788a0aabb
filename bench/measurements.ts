/** The table of everything that is measured. */
import { program, unmet } from '../test/support/machine.js';
import type { Measurement } from './measurement.js';
import { runIperf3, runWperf, runWperfOverTls } from './programs/iperf-like.js';
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
