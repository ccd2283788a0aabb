/** What a server counts against the rate that it allows each test. */
import { expect, it, vi } from 'vitest';
import { Allowance, watchRate } from '../../../src/modes/load/rate-limit.js';
import { FakeClock } from '../../support/fake-clock.js';

/** 1000 bytes a second. */
const limit = { bitsPerSecond: 8000, seconds: 5 };
const slackBytes = 100;

/** Moves so many bytes in each second: how many seconds pass before it is too much. */
function secondsOf(bytesOfEach: readonly number[]): number {
  const allowance = new Allowance(limit, slackBytes, 0);
  let bytes = 0;
  const at = bytesOfEach.findIndex((more, index) => {
    bytes += more;
    return !allowance.covers(bytes, index + 1);
  });
  return at === -1 ? bytesOfEach.length : at;
}

it.each([
  ['what is allowed, for as long as there is', Array(1000).fill(1000), 1000],
  ['a clock that is a little fast', Array(1000).fill(1009), 1000],
  ['a block ahead of its time', [1100, ...Array(20).fill(1000)], 21],
  ['a pause and what it held up', [1000, 1000, 1000, 1000, 0, 2000, 1000, 1000, 1000, 1000], 10],
  ['what was due before the server began to count', [1450, ...Array(20).fill(1000)], 21],
  ['a tenth too much', Array(100).fill(1100), 9],
  ['twice as much', Array(100).fill(2000), 2],
  ['much at once', [6000], 0],
  ['twice as much after a long pause', [...Array(50).fill(0), ...Array(20).fill(2000)], 57],
])('covers %s', (_what, bytesOfEach, seconds) => expect(secondsOf(bytesOfEach)).toBe(seconds));

it('gives a span that lasted longer as much more', () => {
  const allowance = new Allowance(limit, 0, 0);
  expect(allowance.covers(8000, 8)).toBe(true);
  expect(allowance.covers(8000 + 6000, 13)).toBe(false);
});

it('is looked at until it is cancelled, and says once that it is too much', () => {
  const clock = new FakeClock();
  const onExceeded = vi.fn();
  let bytes = 0;
  const cancel = watchRate({ limit, clock, slackBytes, bytes: () => bytes, onExceeded });
  clock.advance(20);
  expect(onExceeded).not.toHaveBeenCalled();
  bytes = 20_000;
  clock.advance(0.6);
  expect(onExceeded).toHaveBeenCalledOnce();
  expect(clock.pending).toBe(0);
  cancel();
  watchRate({ limit, clock, slackBytes, bytes: () => 0, onExceeded })();
  expect(clock.pending).toBe(0);
});
