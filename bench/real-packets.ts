/**
 * Real UDP over loopback beside iperf3's, packets of 1,400 bytes, both receiving at the client: how many a second without
 * a rate, and at a rate how near that comes, what is lost, the jitter that each tool adds, and how evenly packets come.
 */
import { repositoryFile } from '../test/support/folders.js';
import { program } from '../test/support/machine.js';
import { runIperf3, startIperf3Server } from '../test/support/peers/iperf3.js';
import { freePort, listening } from '../test/support/ports.js';
import { output, start } from '../test/support/processes.js';
import { withUndo } from '../test/support/undo.js';
import { startWperfServer, wperf } from '../test/support/wperf.js';
import { median } from './measurement.js';
import type { TableMaker } from './options.js';
import { inRounds } from './rounds.js';

const PACKET_BYTES = 1400;
/** Without a rate, and at rates. */
const rates = ['0', '1M', '10M', '100M', '500M', '1000M'] as const;
type Rate = (typeof rates)[number];

interface Sample {
  /** Received. */
  readonly packetsPerSecond: number;
  readonly lostPercent: number;
  readonly jitterMs: number;
  /** From one packet to the next; only wperf tells. */
  readonly gapP99Ms?: number;
}

interface Report {
  readonly intervals: readonly { readonly sum: { readonly jitter_ms: number } }[];
  readonly end: {
    readonly streams: readonly { readonly udp: { readonly gaps_ms?: { readonly p99: number } } }[];
    readonly sum: {
      readonly seconds: number;
      readonly packets: number;
      readonly lost_packets: number;
      readonly lost_percent: number;
    };
  };
}

type Peer = { readonly name: string; readonly run: (rate: Rate, seconds: number) => Promise<Sample> };

const peers: readonly Peer[] = [
  { name: 'wperf', run: (rate, seconds) => wperfSample(rate, seconds, {}) },
  { name: 'iperf3', run: iperf3Sample },
  { name: 'wperf, dgram', run: (rate, seconds) => wperfSample(rate, seconds, withoutKoffi) },
];

/** As on a system where the kernel's own calls are out of reach. */
const withoutKoffi = { NODE_OPTIONS: `--require ${repositoryFile('test', 'support', 'hide-koffi.cjs')}` };

/** A row for each rate and peer. */
export const realPackets: TableMaker = {
  ...{ mode: 'udp', needs: [program('iperf3')], needing: 'real packets need' },
  async make({ seconds, ...options }) {
    const header = [
      ...['real packets of 1400 bytes', 'who', 'kpackets/s', 'of iperf3', 'lost, %', 'jitter, µs', 'gaps p99, ms'],
      'kpackets/s (% lost, jitter µs) in each round',
    ];
    const rows: string[][] = [];
    for (const rate of rates) {
      const text = ({ name }: Peer, sample: Sample) => `packets at ${rate}, ${name} ${sampleText(sample)}`;
      const sampled = await inRounds(peers, options, ({ run }) => run(rate, seconds), text);
      const theirs = sampled.find(({ of }) => of.name === 'iperf3')?.samples ?? [];
      for (const { of, samples } of sampled) rows.push(rowOf(rate, of.name, samples, theirs));
    }
    return [header, ...rows];
  },
};

function rowOf(rate: Rate, name: string, own: readonly Sample[], theirs: readonly Sample[]): string[] {
  const figure = (samples: readonly Sample[], of: (sample: Sample) => number) => median(samples.map(of));
  const packets = (samples: readonly Sample[]) => figure(samples, (sample) => sample.packetsPerSecond);
  const gaps = own.flatMap(({ gapP99Ms }) => gapP99Ms ?? []);
  return [
    rate === '0' ? 'without a rate' : `${rate}bit/s`,
    name,
    (packets(own) / 1000).toFixed(1),
    (packets(own) / packets(theirs)).toFixed(2),
    figure(own, (sample) => sample.lostPercent).toFixed(2),
    figure(own, (sample) => sample.jitterMs * 1000).toFixed(1),
    gaps.length === 0 ? '' : median(gaps).toFixed(3),
    own.map(sampleText).join(', '),
  ];
}

function sampleText({ packetsPerSecond, lostPercent, jitterMs }: Sample): string {
  return `${(packetsPerSecond / 1000).toFixed(1)} (${lostPercent.toFixed(2)}, ${(jitterMs * 1000).toFixed(1)})`;
}

function wperfSample(rate: Rate, seconds: number, env: Readonly<Record<string, string>>): Promise<Sample> {
  return withUndo(async (later) => {
    const { host, port } = Object.keys(env).length === 0 ? await startWperfServer(later) : await serverWith(env);
    const flags = ['--proto', 'udp', '-R', '-l', String(PACKET_BYTES), '-b', rate, '-t', String(seconds), '-J'];
    return sampleOf(JSON.parse(await output(wperf('-c', host, '-p', String(port), ...flags), { env })));

    async function serverWith(env: Readonly<Record<string, string>>) {
      const place = { host: '127.0.0.1', port: await freePort() };
      const running = await start(later, wperf('-s', '--host', place.host, '-p', String(place.port)), { env });
      await listening(running, place);
      return place;
    }
  });
}

function iperf3Sample(rate: Rate, seconds: number): Promise<Sample> {
  return withUndo(async (later) => {
    const server = await startIperf3Server(later);
    const flags = ['-u', '-R', '-l', String(PACKET_BYTES), '-b', rate, '-t', String(seconds)];
    return sampleOf((await runIperf3(server, flags)) as unknown as Report);
  });
}

function sampleOf({ intervals, end: { sum, streams } }: Report): Sample {
  const jitters = intervals.map((interval) => interval.sum.jitter_ms);
  const gapP99Ms = streams[0]?.udp.gaps_ms?.p99;
  return {
    packetsPerSecond: (sum.packets - sum.lost_packets) / sum.seconds,
    lostPercent: sum.lost_percent,
    jitterMs: jitters.reduce((total, jitter) => total + jitter, 0) / jitters.length,
    ...(gapP99Ms !== undefined && { gapP99Ms }),
  };
}
