/** Latency under load over a link with a deep queue, held against Debian's ping at the same time. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, makeLab } from '../support/netlab.js';
import { measureWithWperf, startWperfServer, type WperfReport } from '../support/wperf.js';
import { labWithServer } from './lab-with-server.js';

const needs = [networkNamespaces, program('nft', 'nftables'), program('ping', 'iputils-ping')];

const omitSeconds = 3;
const seconds = 6;
const pingsASecond = 10;
/** Loss is what slows it down, so it fills any queue; other machines' default may keep queues short. */
const fillsQueues = { 'net.ipv4.tcp_congestion_control': 'reno' };

interface Summary {
  readonly samples: number;
  readonly min_ms: number;
  readonly median_ms: number;
  readonly max_ms: number;
}

type LatencyWperfReport = WperfReport & {
  readonly end: {
    readonly latency: Record<'idle' | 'loaded_up' | 'loaded_down', Summary | null> & {
      readonly queue_up: { median_ms: number };
      readonly queue_down: { median_ms: number };
      readonly bufferbloat_ms: number;
      readonly grade: string;
      readonly rpm: number;
    };
  };
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

describeNeeding('20 Mbit/s with a queue of 200 ms', needs, () => {
  test.each([
    ['up', [], 'loaded_up'],
    ['down', ['-R'], 'loaded_down'],
  ] as const)('the loaded latency is that of ping within 15 %%, %s', async (_direction, flags, loaded) => {
    const sysctl = { client: fillsQueues, server: fillsQueues };
    const lab = await makeLab(onTestFinished, { rateMbit: 20, queueMs: 200, sysctl });
    const place = { host: addresses.server, within: lab.within('server') };
    const { port } = await startWperfServer(onTestFinished, [], place);
    const count = (omitSeconds + seconds) * pingsASecond;
    const pinging = lab.exec('client', [
      'ping',
      '-n',
      '-c',
      String(count),
      '-i',
      String(1 / pingsASecond),
      addresses.server,
    ]);
    const args = ['-c', `${addresses.server}:${port}`, '-O', String(omitSeconds), '-t', String(seconds), ...flags];
    const report = await measureWithWperf(args, { within: lab.within('client'), timeoutSeconds: 30 });
    const { latency } = (report as LatencyWperfReport).end;
    const { stdout } = await pinging;
    const theirs = [...stdout.matchAll(/icmp_seq=(\d+) .*time=([\d.]+) ms/g)]
      .filter(([, seq]) => Number(seq) > omitSeconds * pingsASecond)
      .map(([, , ms]) => Number(ms));
    const [ourMs, theirMs] = [latency[loaded]?.median_ms ?? Number.NaN, median(theirs)];
    const figures = `wperf ${ourMs} ms of ${latency[loaded]?.samples}, ping ${theirMs} ms of ${theirs.length}`;
    expect(theirMs, figures).toBeGreaterThan(100);
    expect(Math.abs(ourMs / theirMs - 1), figures).toBeLessThan(0.15);
    expect(latency.idle?.median_ms).toBeLessThan(10);
    expect(latency.rpm).toBeCloseTo(60_000 / ourMs, 6);
    expect(latency.grade).toMatch(/^[CD]$/);
  });
});

describeNeeding('20 Mbit/s with a queue of 200 ms one way, and of 10 ms the other', needs, () => {
  test.each([
    ['up', { up: 200, down: 10 }, 'queue_up', 'queue_down'],
    ['down', { up: 10, down: 200 }, 'queue_down', 'queue_up'],
  ] as const)('both ways at once the wait is that way: %s', async (_direction, queueMs, deep, short) => {
    const sysctl = { client: fillsQueues, server: fillsQueues };
    const { measure } = await labWithServer({ rateMbit: 20, queueMs, sysctl });
    const report = await measure(['--bidir', '-O', String(omitSeconds), '-t', String(seconds)]);
    const { latency } = (report as LatencyWperfReport).end;
    const added = latency.bufferbloat_ms;
    const [deepMs, shortMs] = [latency[deep].median_ms, latency[short].median_ms];
    const figures = `${deepMs} ms, the other way ${shortMs} ms, together ${added} ms`;
    expect(added, figures).toBeGreaterThan(60);
    expect(deepMs, figures).toBeGreaterThan(0.8 * added);
    expect(shortMs, figures).toBeLessThan(20);
    expect(Math.abs(deepMs + shortMs - added), figures).toBeLessThan(10);
  });
});

describeNeeding('a long path that carries nothing', [networkNamespaces], () => {
  test.each([
    ['of a test', ['-t', '1', '-b', '1M']],
    ['of a test by other connections', ['-t', '1', '-b', '1M', '--proto', 'tcp']],
  ])('no idle round trip %s takes longer than the path', async (_what, flags) => {
    const delayMs = 125;
    const { measure } = await labWithServer({ delayMs });
    const { latency } = ((await measure(flags)) as LatencyWperfReport).end;
    const { samples = 0, min_ms: least = 0, max_ms: most = 0 } = latency.idle ?? {};
    expect(samples).toBeGreaterThanOrEqual(10);
    expect(least).toBeGreaterThanOrEqual(2 * delayMs);
    expect(most).toBeLessThan(2 * delayMs + 60);
  });
});
