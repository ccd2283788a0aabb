import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/host/clock.js';
import { ArrivalClock } from '../../../src/host/linux/arrival-clock.js';
import type { Libc } from '../../../src/host/linux/libc.js';

/** Its realtime clock is `Date`'s. */
const libc = {
  calls: {
    clock_gettime(_clock: number, memory: Buffer) {
      memory.writeBigInt64LE(BigInt(Math.floor(Date.now() / 1000)), 0);
      memory.writeBigInt64LE(BigInt(Date.now() % 1000) * 1_000_000n + (lateNs.shift() ?? 0n), 8);
      return 0;
    },
  },
} as unknown as Libc;

/** By how much the next reads of the realtime clock are held up. */
let lateNs: bigint[] = [];

const stampNs = () => BigInt(Date.now()) * 1_000_000n;

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2026-11-23T12:00:00Z') }));
afterEach(() => {
  lateNs = [];
  vi.useRealTimers();
});

it('tells a stamp as a moment of the monotonic clock', () => {
  const clock = new ArrivalClock(libc);
  const began = systemClock.now();
  const stamp = stampNs();
  vi.advanceTimersByTime(3000);
  expect(clock.momentOf(stamp)).toBeCloseTo(began, 6);
  expect(clock.momentOf(stampNs())).toBeCloseTo(began + 3, 6);
});

it.each([-3600, -0.001, 0.001, 3600])('goes on through a step of the wall clock by %d s', (seconds) => {
  const clock = new ArrivalClock(libc);
  vi.setSystemTime(Date.now() + seconds * 1000);
  expect(clock.momentOf(stampNs())).toBeCloseTo(systemClock.now(), 6);
  vi.advanceTimersByTime(500);
  const stamp = stampNs();
  const at = systemClock.now();
  vi.advanceTimersByTime(500);
  expect(clock.momentOf(stamp)).toBeCloseTo(at, 6);
});

it('tells stamps that are read together as it tells each', () => {
  const clock = new ArrivalClock(libc);
  const stamps = [0, 1, 999, 1500].map((later) => stampNs() + BigInt(later) * 1_000_000n);
  vi.advanceTimersByTime(1200);
  vi.setSystemTime(Date.now() + 3600 * 1000);
  const momentOf = clock.together();
  const together = stamps.map((stamp) => momentOf(Number(stamp / 1_000_000_000n), Number(stamp % 1_000_000_000n)));
  for (const [index, stamp] of stamps.entries()) expect(together[index]).toBeCloseTo(clock.momentOf(stamp), 6);
});

it('never tells a moment that is still to come', () => {
  const clock = new ArrivalClock(libc);
  expect(clock.momentOf(stampNs() + 5_000_000n)).toBe(systemClock.now());
});

it('tells a stamp as before when a look at the clocks was held up', () => {
  const clock = new ArrivalClock(libc);
  const stamp = stampNs();
  vi.advanceTimersByTime(1000);
  const moment = clock.momentOf(stamp);
  lateNs = [1_000_000n, ...Array.from({ length: 20 }, () => 10_000n)];
  expect(clock.momentOf(stamp)).toBe(moment);
});
