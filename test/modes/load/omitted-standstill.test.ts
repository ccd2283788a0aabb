/** A process that stands still while what is measured is left out: nothing is to be said of that. */
import { expect, it, onTestFinished } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import { startServerPlan } from '../../../src/server/server.js';
import { collect } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';

it.each([
  ['the beginning that is left out', 1.6, false],
  ['a test that counts from its start', 0, true],
])('a standstill in %s', async (_where, omitSeconds, isTold) => {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const packets = { mode: 'datagram', blockBytes: 1000, bitsPerSecond: 1e6, seconds: 1.5, omitSeconds } as const;
  const events = runClientPlan(clientPlan(server.address.port, packets));
  const stop = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
  const { end } = await collect(
    (async function* () {
      for await (const event of events) {
        if (event.type === 'start') setTimeout(stop, 300);
        yield event;
      }
    })(),
  );
  expect(end?.warnings.some((text) => /stood still/.test(text))).toBe(isTold);
  const late = end?.streams[0]?.pacing?.lateSeconds ?? 0;
  if (isTold) expect(late).toBeGreaterThan(0.1);
  else expect(late).toBeLessThan(0.1);
});
