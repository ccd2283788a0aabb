/**
 * Datagram tests over loopback beside iperf3's with real UDP, at the same rate and packet size: how near the rate comes
 * to its target, and the jitter that each tool adds by itself. Both receive at the client, whose intervals tell jitter.
 */
import { program } from '../test/support/machine.js';
import { runIperf3, startIperf3Server } from '../test/support/peers/iperf3.js';
import { output } from '../test/support/processes.js';
import { withUndo } from '../test/support/undo.js';
import { startWperfServer, wperf } from '../test/support/wperf.js';
import { median } from './measurement.js';
import type { TableMaker } from './options.js';
import { inRounds } from './rounds.js';

const rates = ['100K', '1M', '10M', '100M', '500M'] as const;
const bits = { K: 1e3, M: 1e6 } as const;

interface Sample {
  /** Of what was asked for, in percent. */
  readonly errorPercent: number;
  /** Mean over the intervals. */
  readonly jitterMs: number;
  readonly lostPercent: number;
}

/** Of wperf and of iperf3. */
type Pair = readonly [Sample, Sample];

interface Report {
  readonly intervals: readonly { readonly sum: { readonly jitter_ms: number } }[];
  readonly end: { readonly sum_received: { readonly bits_per_second: number; readonly lost_percent: number } };
}

/** A row for each rate. */
export const datagrams: TableMaker = {
  ...{ mode: 'datagram', needs: [program('iperf3')], needing: 'datagrams need' },
  async make({ seconds, ...options }) {
    const header = [
      ...['packets of 1400 bytes at', 'wperf rate error, %', 'wperf jitter, µs', 'iperf3 UDP jitter, µs'],
      ...['ratio', 'µs in each round, % lost'],
    ];
    const rows: string[][] = [];
    for (const rate of rates) {
      const both = async (): Promise<Pair> => [await wperfSample(rate, seconds), await iperf3Sample(rate, seconds)];
      const text = (_: string, pair: Pair) =>
        `packets at ${rate}, wperf ${sampleText(pair[0])}, iperf3 ${sampleText(pair[1])}`;
      const [sampled] = await inRounds([rate], options, both, text);
      rows.push(rowOf(rate, sampled?.samples ?? []));
    }
    return [header, ...rows];
  },
};

function rowOf(rate: string, pairs: readonly Pair[]): string[] {
  const ours = median(pairs.map(([own]) => own.jitterMs));
  const theirs = median(pairs.map(([, peer]) => peer.jitterMs));
  const errors = pairs.map(([own]) => own.errorPercent.toFixed(2)).join(' ');
  const each = pairs.map((pair) => pair.map(sampleText).join(' / ')).join(', ');
  return [`${rate}bit/s`, errors, microseconds(ours), microseconds(theirs), (ours / theirs).toFixed(2), each];
}

const microseconds = (ms: number) => (ms * 1000).toFixed(1);

function sampleText({ jitterMs, lostPercent }: Sample): string {
  return `${microseconds(jitterMs)}${lostPercent > 0 ? ` (${lostPercent.toFixed(2)})` : ''}`;
}

function wperfSample(rate: string, seconds: number): Promise<Sample> {
  return withUndo(async (later) => {
    const { host, port } = await startWperfServer(later);
    const flags = ['-u', '-R', '-b', rate, '-t', String(seconds), '-J'];
    return sampleOf(JSON.parse(await output(wperf('-c', host, '-p', String(port), ...flags))), rate);
  });
}

function iperf3Sample(rate: string, seconds: number): Promise<Sample> {
  return withUndo(async (later) => {
    const server = await startIperf3Server(later);
    const report: unknown = await runIperf3(server, ['-u', '-R', '-l', '1400', '-b', rate, '-t', String(seconds)]);
    return sampleOf(report as Report, rate);
  });
}

function sampleOf({ intervals, end }: Report, rate: string): Sample {
  const asked = Number.parseInt(rate, 10) * bits[rate.endsWith('K') ? 'K' : 'M'];
  const jitters = intervals.map(({ sum }) => sum.jitter_ms);
  return {
    errorPercent: (100 * (end.sum_received.bits_per_second - asked)) / asked,
    jitterMs: jitters.reduce((sum, jitter) => sum + jitter, 0) / jitters.length,
    lostPercent: end.sum_received.lost_percent,
  };
}
