import { describe, expect, it } from 'vitest';
import { CountsBeyondOmitted, type RunningCounts } from '../../../src/modes/load/stream/running-counts.js';
import { FakeClock } from '../../support/fake-clock.js';

const counts = (skipped: number, lateSeconds: number, stalledSeconds: number, socketDrops: number): RunningCounts => ({
  ...{ pacing: { skipped, lateSeconds }, stalledSeconds, socketDrops },
});

describe('counts beyond an omitted beginning', () => {
  const set = (omitSeconds: number) => {
    const clock = new FakeClock();
    const now = { counts: counts(0, 0, 0, 0) };
    const beyond = new CountsBeyondOmitted(() => now.counts);
    beyond.begin(clock, omitSeconds);
    return { clock, now, beyond };
  };

  it('are what came after it', () => {
    const { clock, now, beyond } = set(2);
    now.counts = counts(5, 0.5, 1, 7);
    clock.advance(2);
    expect(beyond.figures).toEqual(counts(0, 0, 0, 0));
    now.counts = counts(6, 0.75, 2.5, 10);
    expect(beyond.figures).toEqual(counts(1, 0.25, 1.5, 3));
  });

  it('hold of a standstill across its end what was beyond it', () => {
    const { clock, now, beyond } = set(2);
    now.counts = counts(0, 1.25, 1.5, 0);
    clock.advance(4, 1);
    expect(beyond.figures).toEqual(counts(0, 1, 1, 0));
  });

  it('are all where nothing is left out', () => {
    const { now, beyond } = set(0);
    now.counts = counts(5, 0.5, 1, 7);
    expect(beyond.figures).toEqual(counts(5, 0.5, 1, 7));
  });

  it('are none of a test that ends in it', () => {
    const { now, beyond } = set(2);
    now.counts = counts(5, 0.5, 1, 7);
    expect(beyond.figures).toEqual(counts(0, 0, 0, 0));
  });

  it('hold how long the far end left anything unread', () => {
    const clock = new FakeClock();
    const now = { stalledSeconds: 0, unreadSeconds: 1 };
    const beyond = new CountsBeyondOmitted(() => now);
    beyond.begin(clock, 2);
    clock.advance(2);
    now.unreadSeconds = 3;
    expect(beyond.figures).toEqual({ stalledSeconds: 0, unreadSeconds: 2 });
  });

  it('of what is not told are not told', () => {
    const beyond = new CountsBeyondOmitted(() => ({ stalledSeconds: 0 }));
    beyond.begin(new FakeClock(), 0);
    expect(beyond.figures).toEqual({ stalledSeconds: 0 });
  });
});
