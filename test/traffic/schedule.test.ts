import { describe, expect, it } from 'vitest';
import { Pacer } from '../../src/traffic/pacer.js';
import { Schedule } from '../../src/traffic/schedule.js';

/** 100 blocks of 1000 bytes a second, from second 50. */
const pacer = () => new Pacer(800_000, 1000, 0.1, 50);

describe('a pacer', () => {
  it('has its first block due at once, and each next a step later', () => {
    const due = pacer();
    expect(due.dueBlocks(50)).toBe(1);
    due.sent(1);
    expect(due.dueBlocks(50.009)).toBe(0);
    expect(due.dueAt).toBeCloseTo(50.01, 9);
    expect(due.dueBlocks(50.0101)).toBe(1);
  });

  it('does not drift, however late each block is sent', () => {
    const due = pacer();
    let sent = 0;
    for (let now = 50; now < 60; now = due.dueAt + 0.0007) {
      sent += due.dueBlocks(now);
      due.sent(due.dueBlocks(now));
    }
    expect(sent).toBe(1000);
  });

  it('makes up for a short stall and gives up what a long one cost', () => {
    const short = pacer();
    expect(short.giveUp(50.09)).toBe(0);
    expect(short.dueBlocks(50.0901)).toBe(10);
    const long = pacer();
    expect(long.giveUp(53)).toBe(290);
    expect(long.dueBlocks(53)).toBe(11);
  });

  it('keeps a block that is due less often than a burst is long', () => {
    const slow = new Pacer(800, 1000, 0.1, 50);
    expect(slow.giveUp(59)).toBe(0);
    expect(slow.giveUp(61)).toBe(1);
  });
});

describe('a schedule', () => {
  function scheduled({ roundTripSeconds = 0, end = 60, stalledSeconds = (): number => 0 } = {}) {
    const skips: number[] = [];
    const onSkipped = (blocks: number) => skips.push(blocks);
    return {
      skips,
      schedule: new Schedule(
        { bitsPerSecond: 800_000, blockBytes: 1000, roundTripSeconds, end, onSkipped, stalledSeconds },
        50,
      ),
    };
  }

  it('does not blame the connection for what fell due while this process stood still', () => {
    let stalled = 0;
    const { schedule, skips } = scheduled({ stalledSeconds: () => stalled });
    expect(schedule.dueBlocks(50)).toBe(1);
    schedule.wrote(1, 50);
    stalled = 2;
    schedule.taken(52);
    expect(schedule.dueBlocks(52.005)).toBe(10);
    expect(skips).toEqual([]);
    const { skipped, lateSeconds } = schedule.figures();
    expect(skipped).toBe(0);
    expect(lateSeconds).toBeCloseTo(1.9, 9);
  });

  it('does not blame it for a standstill that began as a block was being written', () => {
    let stalled = 0;
    const { schedule, skips } = scheduled({ stalledSeconds: () => stalled });
    expect(schedule.dueBlocks(50)).toBe(1);
    stalled = 2;
    schedule.wrote(1, 50);
    schedule.taken(52);
    expect(schedule.dueBlocks(52.005)).toBe(10);
    expect(skips).toEqual([]);
    expect(schedule.figures().lateSeconds).toBeCloseTo(1.9, 9);
  });

  it('skips what fell due while the connection took nothing', () => {
    const { schedule, skips } = scheduled();
    expect(schedule.dueBlocks(50)).toBe(1);
    schedule.wrote(1, 50);
    schedule.taken(52);
    expect(schedule.dueBlocks(52.005)).toBe(10);
    expect(skips).toEqual([190]);
    expect(schedule.figures()).toEqual({ skipped: 190, lateSeconds: 0 });
  });

  it('is late, and skips nothing, when nobody ran it', () => {
    const { schedule, skips } = scheduled();
    schedule.wrote(schedule.dueBlocks(50), 50);
    schedule.taken(50.0001);
    schedule.dueBlocks(50.005);
    expect(schedule.dueBlocks(52.005)).toBe(10);
    expect(skips).toEqual([]);
    expect(schedule.figures().skipped).toBe(0);
    expect(schedule.figures().lateSeconds).toBeCloseTo(1.9, 6);
  });

  it.each([
    [50.034, 3],
    [50.036, 4],
    [50.04, 4],
    [50.001, 1],
  ])('until %d has the blocks whose middle is before it, %d, however late they are asked for', (end, blocks) => {
    const { schedule } = scheduled({ end });
    expect(schedule.dueAt).toBe(50);
    expect(schedule.dueBlocks(50.08)).toBe(blocks);
    schedule.wrote(blocks, 50.08);
    expect(schedule.dueAt).toBe(Number.POSITIVE_INFINITY);
    expect(schedule.dueBlocks(51)).toBe(0);
  });

  it('waits out the slow start of a long path', () => {
    const { schedule, skips } = scheduled({ roundTripSeconds: 0.2 });
    schedule.wrote(1, 50);
    schedule.taken(50.85);
    expect(schedule.dueBlocks(50.855)).toBe(85);
    expect(skips).toEqual([]);
  });

  it('counts what was held up to the very end as skipped', () => {
    const { schedule, skips } = scheduled();
    schedule.wrote(1, 50);
    schedule.end(50.0855);
    expect(skips).toEqual([8]);
  });

  it('skips nothing at the end that only waits for its turn', () => {
    const { schedule, skips } = scheduled();
    schedule.wrote(1, 50);
    schedule.end(50.0305);
    expect(skips).toEqual([]);
  });
});
