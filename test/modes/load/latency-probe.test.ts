/** Latency before the load, of a connection that answers as it is told. */
import { expect, it } from 'vitest';
import { LatencyProbe } from '../../../src/modes/load/latency/latency-probe.js';
import { FakeClock } from '../../support/fake-clock.js';

/** The idle median where pings take so long: the first, the others while the streams are opened, and those after. */
async function idleMs(firstMs: number, openingMs: number, afterMs: number): Promise<number | undefined> {
  let isOpen = false;
  let pings = 0;
  const ping = async () => (isOpen ? afterMs : pings++ === 0 ? firstMs : openingMs);
  const link = { echo: { ping }, granted: Promise.resolve(undefined), onEnded: () => {}, close: () => {} };
  const probe = new LatencyProbe({ clock: new FakeClock(), simulation: undefined });
  await probe.open(async () => link);
  isOpen = true;
  await probe.measureShortAnew();
  return probe.finish('up')?.idle?.medianMs;
}

it('leaves the work of opening many streams out on a short path', async () => {
  expect(await idleMs(0.1, 15, 0.2)).toBe(0.2);
});

it('keeps the round trips of a longer path, which cost no time', async () => {
  expect(await idleMs(2.1, 3, 5)).toBe(3);
});
