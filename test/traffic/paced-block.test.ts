/** A rate is a rate from the first instant on, over real connections, whatever the block asked for. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientOptions, startServer } from '../../src/index.js';
import { runClient } from '../../src/library.js';
import { pacedBlockBytes } from '../../src/traffic/paced-block.js';
import { startFakeServer } from '../dialects/legacy/fake-server.js';
import { collect } from '../support/events.js';
import { clientPlan } from '../support/plans.js';

describe('a block at a rate', () => {
  it.each([
    [65_536, 0, 65_536],
    [65_536, 1, 16],
    [65_536, 10_000, 25],
    [65_536, 100_000, 250],
    [65_536, 1e6, 2500],
    [65_536, 26e6, 65_000],
    [65_536, 1e9, 65_536],
    [1024, 1e6, 1024],
  ])('of %i bytes at %i bit/s has %i', (asked, bitsPerSecond, bytes) => {
    expect(pacedBlockBytes(asked, bitsPerSecond)).toBe(bytes);
  });
});

/** In a tenth of a second, with what a busy machine made late: far less than the one block of 64 KiB that used to come. */
const most = (bitsPerSecond: number) => 3 * (bitsPerSecond / 80) + pacedBlockBytes(65_536, bitsPerSecond);

async function measure(changes: Omit<ClientOptions, 'host'>) {
  const server = await startServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const options = { seconds: 1, intervalSeconds: 0.1, latency: false, ...changes };
  return collect(runClient({ host: '127.0.0.1', port: server.address.port, ...options }));
}

describe('a test at a low rate', () => {
  it.each([
    [10_000, { direction: 'up' }],
    [10_000, { direction: 'down' }],
    [100_000, { direction: 'bidir', streams: 2 }],
    [1e6, { direction: 'up', omitSeconds: 0.3 }],
    [100_000, { direction: 'down', bytes: 10_001, seconds: 60 }],
    [100_000, { direction: 'up', simulation: { latencyMs: 20 } }],
  ] as const)('of %i bit/s never sends much more than its rate: %o', async (bitsPerSecond, changes) => {
    const { start, intervals, end, error } = await measure({ bitsPerSecond, ...changes });
    expect(error).toBeUndefined();
    expect(start?.test.blockBytes).toBe(pacedBlockBytes(65_536, bitsPerSecond));
    const rows = intervals.flatMap((interval) => interval.streams);
    expect(rows.length).toBeGreaterThan(5);
    for (const { bytes, start, end } of rows)
      expect(bytes).toBeLessThan(most(bitsPerSecond) * Math.max(1, (end - start) / 0.1));
    for (const { received } of end?.streams ?? []) {
      const rate = (8 * (received?.bytes ?? 0)) / (received?.end ?? 1);
      expect(rate / bitsPerSecond).toBeGreaterThan(0.6);
      expect(rate / bitsPerSecond).toBeLessThan(1.1);
    }
  });
});

it('is as even toward a server of the original', async () => {
  const arrived: { at: number; bytes: number }[] = [];
  const port = await startFakeServer(onTestFinished, (ws) =>
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) arrived.push({ at: performance.now(), bytes: data.length });
      else if (data.toString() === 'EOT_C') ws.close(1000);
    }),
  );
  const options = clientPlan(port, { seconds: 1, bitsPerSecond: 100_000 });
  const { error } = await collect(runClient({ ...options, host: '127.0.0.1', port }));
  expect(error).toBeUndefined();
  const from = (start: number) => arrived.filter(({ at }) => at >= start && at < start + 100);
  const windows = arrived.map(({ at }) => from(at).reduce((sum, { bytes }) => sum + bytes, 0));
  expect(Math.max(...windows)).toBeLessThan(most(100_000));
  expect(arrived.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(8000);
});
