/**
 * Real UDP over loopback between wperf and iperf3, packets of 1,400 bytes at 500 Mbit/s, beside iperf3's own two ends:
 * what is lost, and the jitter, as the client tells.
 */
import { program } from '../test/support/machine.js';
import { startIperf3Server } from '../test/support/peers/iperf3.js';
import { output } from '../test/support/processes.js';
import { type Later, withUndo } from '../test/support/undo.js';
import { startWperfServer, wperf } from '../test/support/wperf.js';
import { median } from './measurement.js';
import type { TableMaker } from './options.js';
import { inRounds } from './rounds.js';

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

/** Who are not both wperf. */
type Pair = readonly [client: Program, server: Program];

const pairs: readonly Pair[] = [
  ['iperf3', 'iperf3'],
  ['wperf', 'iperf3'],
  ['iperf3', 'wperf'],
];

/** A row for each pair and direction. */
export const iperf3Packets: TableMaker = {
  ...{ mode: 'iperf3-udp', needs: [program('iperf3')], needing: 'packets to and from iperf3 need' },
  async make({ seconds, ...options }) {
    const figures = ['lost, %', 'jitter, µs', '% lost (jitter µs) in each round'];
    const rows: string[][] = [];
    for (const way of ['to the server', 'to the client']) {
      const take = ([client, server]: Pair) => sampleOf(client, server, way === 'to the server' ? [] : ['-R'], seconds);
      const text = ([client, server]: Pair, sample: Sample) =>
        `packets ${way}, ${client} client, ${server} server ${sampleText(sample)}`;
      for (const { of, samples } of await inRounds(pairs, options, take, text)) {
        rows.push([
          ...[way, ...of],
          median(samples.map(({ lostPercent }) => lostPercent)).toFixed(3),
          median(samples.map(({ jitterMs }) => jitterMs * 1000)).toFixed(1),
          samples.map(sampleText).join(', '),
        ]);
      }
    }
    return [['packets of 1400 bytes at 500 Mbit/s', 'client', 'server', ...figures], ...rows];
  },
};

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
