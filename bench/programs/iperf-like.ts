/** wperf and iperf3: the same flags and the same report. */
import { spawnSync } from 'node:child_process';
import { startIperf3Server } from '../../test/support/peers/iperf3.js';
import type { Running } from '../../test/support/processes.js';
import { type Later, withUndo } from '../../test/support/undo.js';
import { startWperfServer, type WperfReport, wperf } from '../../test/support/wperf.js';
import type { Condition } from '../congestion.js';
import type { Sample } from '../measurement.js';
import type { Shared } from '../shared.js';
import { measurePair } from '../usage.js';

interface Server {
  readonly process: Running;
  readonly host: string;
  readonly port: number;
}

/** This iperf3 can have the kernel drop what it receives, as since 3.17. */
export function iperf3Skips(): boolean {
  return spawnSync('iperf3', ['--help'], { encoding: 'utf8' }).stdout?.includes('--skip-rx-copy') ?? false;
}

export function runIperf3(flags: readonly string[], seconds: number, condition: Condition): Promise<Sample> {
  return measure((later) => startIperf3Server(later, condition), ['iperf3'], flags, seconds, condition);
}

export function runWperf(
  flags: readonly string[],
  seconds: number,
  condition: Condition,
  program = wperf(),
): Promise<Sample> {
  return measure((later) => startWperfServer(later, [], { ...condition, program }), program, flags, seconds, condition);
}

/** iperf3's client, served by wperf. */
export function runIperf3AtWperf(flags: readonly string[], seconds: number, condition: Condition): Promise<Sample> {
  return measure((later) => startWperfServer(later, [], condition), ['iperf3'], flags, seconds, condition);
}

/** iperf3's server, measured by wperf in its own words. */
export function runWperfAtIperf3(flags: readonly string[], seconds: number, condition: Condition): Promise<Sample> {
  return measure((later) => startIperf3Server(later, condition), wperf('--iperf3'), flags, seconds, condition);
}

export async function runWperfOverTls(shared: Shared, flags: readonly string[], seconds: number): Promise<Sample> {
  const { ca, cert, key } = await shared.certificates();
  return measure(
    (later) => startWperfServer(later, ['--tls-cert', cert, '--tls-key', key]),
    wperf('--cacert', ca),
    flags,
    seconds,
    { within: [] },
    ({ host, port }) => ['-c', `wss://${host}:${port}/`],
  );
}

function measure(
  startServer: (later: Later) => Promise<Server>,
  program: readonly string[],
  flags: readonly string[],
  seconds: number,
  { within, control }: Condition,
  target = ({ host, port }: Server) => ['-c', host, '-p', String(port)],
): Promise<Sample> {
  return withUndo(async (later) => {
    const server = await startServer(later);
    const asked = control === undefined ? [] : ['-C', control];
    const argv = [...within, ...program, ...target(server), '-J', '-t', String(seconds), ...flags, ...asked];
    const pair = await measurePair(later, server.process, argv, seconds + 20);
    const { exitCode, stdout, stderr } = pair.finished;
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: exit code ${exitCode}\n${stderr}${stdout}`);
    const { end }: WperfReport = JSON.parse(stdout);
    const sums = [end.sum_received, end.sum_received_bidir_reverse].filter((sum) => sum !== undefined);
    return {
      bitsPerSecond: sums.map((sum) => sum.bits_per_second),
      bytes: sums.reduce((bytes, sum) => bytes + sum.bytes, 0),
      client: pair.client,
      server: pair.server,
    };
  });
}
