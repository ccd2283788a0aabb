/** Latency before the load, of a connection that answers as it is told. */
import { expect, it } from 'vitest';
import type { LatencyReport } from '../../../src/measure/latency/latency.js';
import type { EchoLink } from '../../../src/modes/load/dialect.js';
import { LatencyProbe } from '../../../src/modes/load/latency/latency-probe.js';
import type { TestPlan } from '../../../src/plan/plan.js';
import { FakeClock } from '../../support/fake-clock.js';

/** Behind the start of the test. */
const SENT_MS = 2 ** 30;

/** What is told where pings take so long: the first, the others while the streams are opened, and those after. */
async function latencyOf(firstMs: number, openingMs: number, afterMs: number): Promise<LatencyReport | undefined> {
  let isOpen = false;
  let pings = 0;
  let tell: Parameters<NonNullable<EchoLink['onMoments']>>[0] = () => {};
  const ping = async () => {
    const rttMs = isOpen ? afterMs : pings++ === 0 ? firstMs : openingMs;
    tell({ sentMs: SENT_MS, farMs: SENT_MS, arrivedMs: SENT_MS + rttMs });
    return rttMs;
  };
  const onMoments = (told: typeof tell) => {
    tell = told;
  };
  const link = { echo: { ping }, granted: Promise.resolve(undefined), onMoments, onEnded: () => {}, close: () => {} };
  const probe = new LatencyProbe({ clock: new FakeClock(), simulation: undefined });
  await probe.open(async () => link);
  isOpen = true;
  await probe.measureShortAnew();
  probe.measureLoaded({ omitSeconds: 0, seconds: 1 } as TestPlan);
  return probe.finish('up');
}

it('leaves the work of opening many streams out on a short path', async () => {
  const { idle, queueDown } = (await latencyOf(0.1, 15, 0.2)) ?? {};
  expect(idle?.medianMs).toBe(0.2);
  expect(queueDown?.maxMs).toBe(0);
});

it('keeps the round trips of a longer path, which cost no time', async () => {
  expect((await latencyOf(2.1, 3, 5))?.idle?.medianMs).toBe(3);
});
