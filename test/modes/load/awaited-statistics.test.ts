import { describe, expect, it } from 'vitest';
import { AwaitedStatistics } from '../../../src/modes/load/stream/awaited-statistics.js';
import type { StreamReport } from '../../../src/modes/load/stream/figures.js';

function awaiting(intervalSeconds: number) {
  const shown: string[] = [];
  const show = ({ record: { index, omitted }, statistics }: StreamReport) =>
    shown.push(`${omitted ? 'omitted ' : ''}${index}: ${statistics?.rtt ?? 'none'}`);
  const awaited = new AwaitedStatistics(intervalSeconds, show);
  return {
    shown,
    awaited,
    interval: (index: number, omitted = false) =>
      awaited.add({ sender: false, record: { index, omitted, start: index, end: index + 1, bytes: 1 } }),
    answer: (index: number, rtt?: number, omitted = false) =>
      awaited.came({ type: 'sending', index, omitted, ...(rtt !== undefined && { statistics: { rtt } }) }),
  };
}

describe('intervals that wait for the figures of the sender', () => {
  it('are told with them, each with its own', () => {
    const { shown, awaited, interval, answer } = awaiting(0.2);
    interval(0, true);
    interval(0);
    expect([shown, awaited.isWaiting]).toEqual([[], true]);
    answer(0, 1, true);
    answer(0, 2);
    expect([shown, awaited.isWaiting]).toEqual([['omitted 0: 1', '0: 2'], false]);
  });

  it('are told without them when a second has passed, an answer is empty or skips them, or nothing more will come', () => {
    const { shown, awaited, interval, answer } = awaiting(0.5);
    interval(0);
    interval(1);
    expect(shown).toEqual([]);
    interval(2);
    expect(shown).toEqual(['0: none']);
    answer(2, 7);
    expect(shown.slice(1)).toEqual(['1: none', '2: 7']);
    interval(3);
    answer(3);
    interval(4);
    awaited.end();
    expect(shown.slice(3)).toEqual(['3: none', '4: none']);
  });

  it('take no answer that is for none of them', () => {
    const { shown, interval, answer } = awaiting(1);
    answer(0, 1);
    interval(0);
    answer(1, 2);
    answer(0, 3, true);
    expect(shown).toEqual([]);
    answer(0, 4);
    answer(0, 5);
    expect(shown).toEqual(['0: 4']);
  });

  it('of a test without intervals wait for its end', () => {
    const { shown, interval, answer } = awaiting(0);
    interval(0);
    answer(0, 1);
    expect(shown).toEqual(['0: 1']);
  });
});
