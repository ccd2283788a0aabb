/**
 * Real UDP over loopback between wperf and iperf3, packets of 1,400 bytes at 500 Mbit/s, beside iperf3's own two ends:
 * what is lost, and the jitter, as the client tells.
 */
import { program, unmet } from '../test/support/machine.js';
import { startIperf3Server } from '../test/support/peers/iperf3.js';
import { output } from '../test/support/processes.js';
import { type Later, withUndo } from '../test/support/undo.js';
import { startWperfServer, wperf } from '../test/support/wperf.js';
import { median } from './measurement.js';
import type { Table, TableOptions } from './options.js';

export const iperf3PacketsMode = 'iperf3-udp';

const flags = ['-u', '-b', '500M', '-l', '1400', '-J'];

interface Sample {
  readonly lostPercent: number;
  readonly jitterMs: number;
}

interface Report {
  readonly end: { readonly sum: { readonly lost_percent: number; readonly jitter_ms: number } };
}

interface Server {
  readonly host: string;
  readonly port: number;
}

type Program = 'wperf' | 'iperf3';

const servers: Readonly<Record<Program, (later: Later) => Promise<Server>>> = {
  wperf: (later) => startWperfServer(later),
  iperf3: (later) => startIperf3Server(later),
};

const clients: Readonly<Record<Program, readonly string[]>> = { wperf: wperf('--iperf3'), iperf3: ['iperf3'] };

/** Client and server, who are not both wperf. */
const pairs = [
  ['iperf3', 'iperf3'],
  ['wperf', 'iperf3'],
  ['iperf3', 'wperf'],
] as const;

/** A header and a row for each pair and direction. */
export async function iperf3PacketsTable({ rounds, seconds, log }: TableOptions): Promise<Table> {
  const missing = unmet([program('iperf3')]);
  if (missing.length > 0) {
    log(`not measured: packets to and from iperf3 need ${missing.join(', ')}`);
    return [];
  }
  const rows: string[][] = [];
  for (const way of ['to the server', 'to the client']) {
    const all = pairs.map(([client, server]) => ({ client, server, samples: [] as Sample[] }));
    for (let round = 1; round <= rounds; round += 1) {
      for (const { client, server, samples } of round % 2 === 1 ? all : all.toReversed()) {
        const sample = await sampleOf(client, server, way === 'to the server' ? [] : ['-R'], seconds);
        samples.push(sample);
        log(`round ${round} of ${rounds}: packets ${way}, ${client} client, ${server} server ${sampleText(sample)}`);
      }
    }
    for (const { client, server, samples } of all) {
      rows.push([
        ...[way, client, server],
        median(samples.map(({ lostPercent }) => lostPercent)).toFixed(3),
        median(samples.map(({ jitterMs }) => jitterMs * 1000)).toFixed(1),
        samples.map(sampleText).join(', '),
      ]);
    }
  }
  const figures = ['lost, %', 'jitter, µs', '% lost (jitter µs) in each round'];
  return [['packets of 1400 bytes at 500 Mbit/s', 'client', 'server', ...figures], ...rows];
}

function sampleText({ lostPercent, jitterMs }: Sample): string {
  return `${lostPercent.toFixed(3)} (${(jitterMs * 1000).toFixed(1)})`;
}

function sampleOf(client: Program, server: Program, way: readonly string[], seconds: number): Promise<Sample> {
  return withUndo(async (later) => {
    const { host, port } = await servers[server](later);
    const words = [...clients[client], '-c', host, '-p', String(port), ...flags, ...way];
    const timeoutSeconds = seconds + 20;
    const { end }: Report = JSON.parse(await output([...words, '-t', String(seconds)], { timeoutSeconds }));
    return { lostPercent: end.sum.lost_percent, jitterMs: end.sum.jitter_ms };
  });
}
