/** Processor time is that of the whole test; whether an end was busy is judged by the part that counts. */
import { expect, it, onTestFinished } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import { systemClock } from '../../../src/host/clock.js';
import { nodeHost } from '../../../src/host/node.js';
import type { UsageMeter } from '../../../src/measure/usage.js';
import { startServerPlan } from '../../../src/server/server.js';
import { collect } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';

/** Busy until it is told that what is measured counts. */
function busyBefore(countedAt: number[]): UsageMeter {
  const begunAt = systemClock.now();
  let busy = 1;
  return {
    count: () => {
      countedAt.push(systemClock.now() - begunAt);
      busy = 0.1;
    },
    read: () => ({ cpu: { total: 50, user: 40, system: 10 }, busy }),
  };
}

it.each([
  [0, 'up'],
  [0.4, 'up'],
  [0.4, 'down'],
] as const)('what -O %s leaves out makes no end a busy one, %s', async (omitSeconds, direction) => {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const countedAt: number[] = [];
  const host = { ...nodeHost, meterUsage: () => busyBefore(countedAt) };
  const { end } = await collect(runClientPlan(clientPlan(server.address.port, { omitSeconds, direction }), { host }));
  expect(end?.warnings.filter((text) => text.startsWith('The client was busy'))).toEqual([]);
  expect(end?.cpu.local.total).toBe(50);
  const [at = -1, ...more] = countedAt;
  expect(more).toEqual([]);
  expect(at).toBeGreaterThanOrEqual(omitSeconds);
  expect(at).toBeLessThan(omitSeconds + 0.3);
});
