/** The table of everything that is measured. */
import { program, pythonModule, unmet } from '../test/support/machine.js';
import { congestionControls } from './congestion.js';
import { executableMeasurements } from './executable.js';
import type { Measurement } from './measurement.js';
import {
  iperf3Skips,
  runIperf3,
  runIperf3AtWperf,
  runWperf,
  runWperfAtIperf3,
  runWperfOverTls,
} from './programs/iperf-like.js';
import { type LegacyMode, runLegacyAgainstItself, runLegacyAgainstWperf } from './programs/legacy.js';
import { runNginxAndCurl } from './programs/nginx-curl.js';
import { runPlainC, runPlainNode } from './programs/plain.js';
import type { Shared } from './shared.js';

export function measurements(shared: Shared): readonly Measurement[] {
  const controls = congestionControls();
  const throughput = controls.length === 0 ? [undefined] : controls;
  return [
    ...throughput.flatMap((control) => [
      ...pair(shared, 'up', 'up', [], control),
      ...pair(shared, 'down', 'down', ['-R'], control),
      ...pair(shared, 'bidir', 'bidir', ['--bidir'], control),
      ...pair(shared, '-P 2', 'parallel', ['-P', '2'], control),
      plainC(shared, control),
    ]),
    overTls(shared, 'up', []),
    overTls(shared, 'down', ['-R']),
    {
      name: 'nginx + curl',
      mode: 'wss',
      missing: unmet([program('openssl'), program('nginx'), program('curl')]),
      run: (seconds) => runNginxAndCurl(shared, seconds),
    },
    ...legacyPair('up', 'upload'),
    ...legacyPair('down', 'reverse'),
    ...executableMeasurements(),
    { name: 'plain Node', mode: 'limit', missing: [], run: runPlainNode },
  ];
}

/** wperf and iperf3 with the same flags, as they are and with what makes each of them read or write otherwise. */
function pair(
  shared: Shared,
  what: string,
  mode: string,
  flags: readonly string[],
  control: string | undefined,
): Measurement[] {
  const named = (program: string) => `${program} ${what}${under(control)}`;
  const peers = [named('iperf3'), ...(isOneWay(mode) ? [plainCName(control)] : [])];
  const iperf3 = (name: string, more: readonly string[]): Measurement => ({
    ...{ name: named(name), mode, missing: unmet([program('iperf3')]) },
    run: async (seconds) => runIperf3([...flags, ...more], seconds, await shared.under(control)),
  });
  const wperf = (name: string, more: readonly string[]): Measurement => ({
    ...{ name: named(name), mode, peers, missing: [] },
    run: async (seconds) => runWperf([...flags, ...more], seconds, await shared.under(control)),
  });
  const mixed = (name: string, run: typeof runIperf3AtWperf): Measurement => ({
    ...{ name: named(name), mode, peers: [named('iperf3')], missing: unmet([program('iperf3')]) },
    run: async (seconds) => run(flags, seconds, await shared.under(control)),
  });
  if (!isOneWay(mode)) return [wperf('wperf', []), iperf3('iperf3', [])];
  return [
    wperf('wperf', []),
    wperf('wperf --rx-copy', ['--rx-copy']),
    wperf('wperf --proto tcp', ['--proto', 'tcp']),
    iperf3('iperf3', []),
    mixed('iperf3 client, wperf server', runIperf3AtWperf),
    mixed('wperf client, iperf3 server', runWperfAtIperf3),
    iperf3('iperf3 -Z', ['-Z']),
    ...(iperf3Skips() ? [iperf3('iperf3 -Z --skip-rx-copy', ['-Z', '--skip-rx-copy'])] : []),
  ];
}

function isOneWay(mode: string): boolean {
  return mode === 'up' || mode === 'down';
}

function overTls(shared: Shared, way: string, flags: readonly string[]): Measurement {
  return {
    ...{ name: `wperf wss ${way}`, mode: 'wss', peers: ['nginx + curl'], missing: unmet([program('openssl')]) },
    run: (seconds) => runWperfOverTls(shared, flags, seconds),
  };
}

function plainC(shared: Shared, control: string | undefined): Measurement {
  return {
    name: plainCName(control),
    mode: 'limit',
    missing: unmet([program('gcc')]),
    run: async (seconds) => runPlainC(shared, seconds, await shared.under(control)),
  };
}

function plainCName(control: string | undefined): string {
  return `plain C${under(control)}`;
}

function under(control: string | undefined): string {
  return control === undefined ? '' : `, ${control}`;
}

/** The same client of the original's kind with our server, and with a server of its kind. */
function legacyPair(what: string, mode: LegacyMode): readonly Measurement[] {
  const missing = unmet([pythonModule('websockets', 'python3-websockets')]);
  const [ours, theirs] = [`legacy client ${what}, wperf server`, `legacy client ${what}, legacy server`];
  return [
    { name: ours, mode: 'legacy', peers: [theirs], missing, run: (seconds) => runLegacyAgainstWperf(mode, seconds) },
    { name: theirs, mode: 'legacy', missing, run: (seconds) => runLegacyAgainstItself(mode, seconds) },
  ];
}
