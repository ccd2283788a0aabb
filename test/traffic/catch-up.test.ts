import { describe, expect, it } from 'vitest';
import { CatchUp } from '../../src/traffic/catch-up.js';
import { Schedule } from '../../src/traffic/schedule.js';

describe('a catch-up', () => {
  it('lets one burst go at once and the rest at three times the rate', () => {
    const catchUp = new CatchUp(0.001, 0.02, 50);
    expect(catchUp.blocks(50)).toBe(20);
    catchUp.sent(20);
    expect(catchUp.blocks(50)).toBe(0);
    expect(catchUp.readyAt).toBeCloseTo(50 + 0.001 / 3, 9);
    expect(catchUp.blocks(50.0051)).toBe(15);
    catchUp.sent(15);
    expect(catchUp.blocks(50.0051)).toBe(0);
  });

  it('saves up no more than a burst', () => {
    const catchUp = new CatchUp(0.001, 0.02, 50);
    expect(catchUp.blocks(60)).toBe(20);
  });

  it('has a burst of a few blocks at any rate', () => {
    expect(new CatchUp(10, 0.02, 50).blocks(50)).toBe(8);
  });
});

describe('a schedule with bursts of a bounded length', () => {
  /** 1000 blocks of 1000 bytes a second. */
  const scheduled = () =>
    new Schedule(
      {
        ...{ bitsPerSecond: 8_000_000, blockBytes: 1000, roundTripSeconds: 0, end: 60, burstSeconds: 0.02 },
        ...{ stalledSeconds: () => 0, onSkipped: () => {} },
      },
      50,
    );

  /** Sends what is due whenever something is, and what was sent by when. */
  function run(schedule: Schedule, from: number, until: number): number[] {
    const sentAt: number[] = [];
    for (let now = from; now < until; now = Math.max(now + 1e-5, schedule.dueAt)) {
      const blocks = schedule.dueBlocks(now);
      if (blocks > 0) schedule.wrote(blocks, now);
      schedule.taken(now);
      for (let i = 0; i < blocks; i++) sentAt.push(now);
    }
    return sentAt;
  }

  it('has what falls due within a tenth of a millisecond go together', () => {
    const options = {
      blockBytes: 1000,
      roundTripSeconds: 0,
      end: 50.001065,
      stalledSeconds: () => 0,
      onSkipped: () => {},
    };
    const fast = new Schedule({ ...options, bitsPerSecond: 400_000_000, burstSeconds: 0.02 }, 50);
    const sentAt = run(fast, fast.dueAt, 50.01);
    expect(sentAt).toHaveLength(53);
    // Ten, but for times that cannot be told apart.
    expect(new Set(sentAt).size).toBeLessThanOrEqual(15);
    sentAt.forEach((at, i) => {
      const lateSeconds = at - (50 + i * 20e-6);
      expect(lateSeconds).toBeGreaterThan(-1e-9);
      expect(lateSeconds).toBeLessThan(0.0001);
      expect(at).toBeLessThan(50.001065);
    });
    const unbounded = new Schedule({ ...options, bitsPerSecond: 400_000_000 }, 50);
    expect(unbounded.dueAt).toBe(50);
  });

  it('is as even as any while it is on time', () => {
    const sentAt = run(scheduled(), 50, 50.1);
    expect(sentAt).toHaveLength(100);
    sentAt.forEach((at, i) => {
      expect(at).toBeCloseTo(50 + i / 1000, 4);
    });
  });

  it('makes up for a stall in half its time, and loses nothing', () => {
    const schedule = scheduled();
    const sentAt = [...run(schedule, 50, 50.01), ...run(schedule, 50.09, 50.2)];
    expect(sentAt).toHaveLength(200);
    expect(sentAt.filter((at) => at === 50.09)).toHaveLength(20);
    const onTimeAgain = sentAt.findIndex((at, i) => at > 50.09 && at - (50 + i / 1000) < 0.0005);
    expect(onTimeAgain / 1000).toBeCloseTo(0.09 + (0.08 - 0.02) / 2, 2);
    expect(schedule.figures()).toEqual({ skipped: 0, lateSeconds: 0 });
  });
});
