/** What a transport tells of its connections at the end that sends, and how it comes to the other one. */
import { expect, onTestFinished, test } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import type { TestEvent } from '../../../src/events/load.js';
import type { Direction } from '../../../src/plan/plan.js';
import { startServerPlan } from '../../../src/server/server.js';
import type { LoadTransport } from '../../../src/transport/load-transport.js';
import { memoryTransport } from '../../support/carriers.js';
import { collect, sorted } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';

const memory = memoryTransport('memory', 'bytes');
const telling: LoadTransport = {
  ...memory,
  columns: [{ key: 'level', title: 'Level', kind: 'level' }],
  statistics: () => ({ level: 7 }),
};

async function measure(direction: Direction | 'bidir', far: LoadTransport, near = telling, streams = 2) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false }, { transports: [far] });
  onTestFinished(() => server.close());
  const atServer: TestEvent[] = [];
  server.on('test', (event) => atServer.push(event));
  const plan = clientPlan(server.address.port, {
    ...{ direction, streams, seconds: 0.5, intervalSeconds: 0.2, bitsPerSecond: 20e6 },
    proto: { name: './memory', settings: {} },
  });
  const atClient = await collect(runClientPlan(plan, { loadTransport: near }));
  await expect.poll(() => atServer.at(-1)?.type).toBe('end');
  return { atClient, atServer: sorted(atServer) };
}

test.each(['up', 'down', 'bidir'] as const)('both ends have it for every interval, %s', async (direction) => {
  const { atClient, atServer } = await measure(direction, telling);
  expect(atClient.error).toBeUndefined();
  for (const { intervals } of [atClient, atServer]) {
    expect(intervals).toHaveLength(3);
    for (const { streams, sums } of intervals) {
      expect([...streams, ...sums].map(({ statistics }) => statistics?.level)).toEqual(
        Array(direction === 'bidir' ? 6 : 3).fill(7),
      );
    }
  }
});

test.each(['up', 'down'] as const)(
  'the whole is that of all its intervals, the last one too, %s',
  async (direction) => {
    let [reads, resent] = [0, 0];
    const growing: LoadTransport = {
      ...memory,
      columns: [
        { key: 'level', title: 'Level', kind: 'level' },
        { key: 'resent', title: 'Resent', kind: 'count' },
      ],
      statistics: () => ({ level: 2 ** reads++, resent: resent++ }),
    };
    const { atClient } = await measure(direction, growing, growing, 1);
    expect(atClient.error).toBeUndefined();
    const told = atClient.intervals.map(({ sums }) => sums[0]?.statistics);
    const sum = (key: string) => told.reduce((all, each) => all + (each?.[key] ?? Number.NaN), 0);
    expect(told).toHaveLength(3);
    expect(atClient.end?.sums[0]?.statistics).toEqual({ level: sum('level') / 3, resent: sum('resent') });
  },
);

test('a far end that tells nothing takes no interval with it', async () => {
  const { atClient } = await measure('down', memory);
  expect(atClient.error).toBeUndefined();
  expect(atClient.intervals).toHaveLength(3);
  expect(atClient.intervals.flatMap(({ streams }) => streams.map(({ statistics }) => statistics))).toEqual(
    Array(6).fill(undefined),
  );
});
