/** A sender by a rate, with a clock that tests move. */
import { expect, it } from 'vitest';
import { startSender } from '../../src/traffic/sender.js';
import type { LoadWriter } from '../../src/transport/channel.js';
import { FakeClock } from '../support/fake-clock.js';

const test = { omitSeconds: 0, seconds: 10, bitsPerSecond: 8_000_000, roundTripSeconds: 0 };

/** Takes all at once, and keeps when and how much. */
function writerOf(clock: FakeClock, burstSeconds?: number) {
  const writes: { readonly at: number; readonly bytes: number }[] = [];
  const writer: LoadWriter = {
    ...{ blockBytes: 1000, maxBytes: 100_000, takenBytes: 0, limitUnsent: () => {} },
    ...(burstSeconds !== undefined && { burstSeconds }),
    write(bytes, taken) {
      writes.push({ at: clock.now(), bytes });
      taken();
    },
  };
  return { writer, writes };
}

it.each([
  [0.02, 20],
  [undefined, 80],
])('makes up for a stall in bursts no longer than its writer takes, %s s', async (burstSeconds, blocks) => {
  const clock = new FakeClock();
  const { writer, writes } = writerOf(clock, burstSeconds);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const sender = startSender(writer, { ...test, clock });
  for (let turns = 0; turns < 200; turns++) {
    clock.advance(0.001);
    await turn();
  }
  const before = writes.length;
  clock.advance(0.0805, 0.08);
  for (let turns = 0; turns < 200; turns++) await turn();
  sender.stop();
  const bytes = writes.slice(before).reduce((sum, write) => sum + write.bytes, 0);
  expect(before).toBeGreaterThan(150);
  expect(bytes / 1000).toBeGreaterThanOrEqual(blocks - 2);
  expect(bytes / 1000).toBeLessThanOrEqual(blocks + 2);
  expect(clock.pending).toBe(0);
});
