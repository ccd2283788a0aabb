/** A process that stands still while what is measured is left out: nothing is to be said of that. */
import { expect, it, onTestFinished } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import { startServerPlan } from '../../../src/server/server.js';
import { collect } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';

const STILL_SECONDS = 1.5;

/** The machine may hold a process up besides, for less than that. */
it.each([
  ['the beginning that is left out', 2.4, false],
  ['a test that counts from its start', 0, true],
])('a standstill in %s', async (_where, omitSeconds, isTold) => {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const packets = { mode: 'datagram', blockBytes: 1000, bitsPerSecond: 1e6, seconds: 2, omitSeconds } as const;
  const events = runClientPlan(clientPlan(server.address.port, packets));
  const stop = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 * STILL_SECONDS);
  const { end } = await collect(
    (async function* () {
      for await (const event of events) {
        if (event.type === 'start') setTimeout(stop, 300);
        yield event;
      }
    })(),
  );
  const [, told = '0'] = /stood still for ([\d.]+) s/.exec(end?.warnings.join() ?? '') ?? [];
  expect(Number(told) >= STILL_SECONDS - 0.1).toBe(isTold);
  const { lateSeconds = 0 } = end?.streams[0]?.pacing ?? {};
  expect(lateSeconds >= STILL_SECONDS / 2).toBe(isTold);
});
