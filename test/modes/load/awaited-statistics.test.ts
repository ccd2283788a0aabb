import { describe, expect, it } from 'vitest';
import { AwaitedStatistics } from '../../../src/modes/load/stream/awaited-statistics.js';
import type { StreamReport } from '../../../src/modes/load/stream/figures.js';

function awaiting() {
  const shown: string[] = [];
  const show = ({ record: { index, omitted }, statistics }: StreamReport) =>
    shown.push(`${omitted ? 'omitted ' : ''}${index}: ${statistics?.rtt ?? 'none'}`);
  const awaited = new AwaitedStatistics(show);
  return {
    shown,
    awaited,
    interval: (index: number, omitted = false) =>
      awaited.add({ sender: false, record: { index, omitted, start: index, end: index + 1, bytes: 1 } }),
    answer: (index: number, rtt?: number, omitted = false) =>
      awaited.came({ type: 'sending', index, omitted, ...(rtt !== undefined && { statistics: { rtt } }) }),
  };
}

describe('an interval that waits for the figures of the sender', () => {
  it('is told with them', () => {
    const { shown, awaited, interval, answer } = awaiting();
    interval(0, true);
    expect([shown, awaited.isWaiting]).toEqual([[], true]);
    answer(0, 1, true);
    interval(0);
    answer(0, 2);
    expect([shown, awaited.isWaiting]).toEqual([['omitted 0: 1', '0: 2'], false]);
  });

  it('is told without them when the next is over, the answer is empty, or nothing more will come', () => {
    const { shown, awaited, interval, answer } = awaiting();
    interval(0);
    interval(1);
    expect(shown).toEqual(['0: none']);
    answer(1);
    expect(shown).toEqual(['0: none', '1: none']);
    interval(2);
    awaited.end();
    awaited.end();
    expect(shown).toEqual(['0: none', '1: none', '2: none']);
  });

  it('takes no answer that is for another one', () => {
    const { shown, interval, answer } = awaiting();
    answer(0, 1);
    interval(0);
    answer(1, 2);
    answer(0, 3, true);
    expect(shown).toEqual([]);
    answer(0, 4);
    answer(0, 5);
    expect(shown).toEqual(['0: 4']);
  });
});
