import { describe, expect, it } from 'vitest';
import { Timeline } from '../../src/measure/timeline.js';

const options = { omitSeconds: 0, seconds: 3, intervalSeconds: 1 };

describe('a timeline', () => {
  it('cuts a running count into intervals that add up to the total', () => {
    const line = new Timeline(options, 10);
    expect(line.nextCut).toBe(11);
    expect(line.cut(11.002, 100)).toMatchObject({ index: 0, omitted: false, start: 0, bytes: 100 });
    expect(line.nextCut).toBe(12);
    const second = line.cut(12, 150);
    expect(second).toMatchObject({ index: 1, bytes: 50 });
    expect(second?.start).toBeCloseTo(1.002);
    const { last, total } = line.finish(13, 175);
    expect(last).toMatchObject({ index: 2, start: 2, end: 3, bytes: 25 });
    expect(total).toEqual({ start: 0, end: 3, bytes: 175 });
  });

  it('counts neither the bytes nor the time of the omitted beginning', () => {
    const line = new Timeline({ ...options, omitSeconds: 1.5 }, 10);
    expect(line.deadline).toBe(14.5);
    expect(line.cut(11, 40)).toMatchObject({ index: 0, omitted: true });
    expect(line.nextCut).toBe(11.5);
    expect(line.cut(11.5, 60)).toMatchObject({ index: 1, omitted: true, start: 1, end: 1.5, bytes: 20 });
    expect(line.omitting).toBe(false);
    expect(line.nextCut).toBe(12.5);
    expect(line.cut(12.5, 100)).toMatchObject({ index: 0, omitted: false, start: 0, end: 1, bytes: 40 });
    expect(line.finish(14.5, 160).total).toEqual({ start: 0, end: 3, bytes: 100 });
  });

  it('counts nothing when it ends within the omitted beginning', () => {
    const line = new Timeline({ ...options, omitSeconds: 5 }, 10);
    expect(line.finish(12, 999).total).toEqual({ start: 0, end: 0, bytes: 0 });
  });

  it('makes no intervals when none are wanted, yet still ends the omission', () => {
    const line = new Timeline({ omitSeconds: 2, seconds: 3, intervalSeconds: 0 }, 0);
    expect(line.nextCut).toBe(2);
    expect(line.cut(2, 10)).toBeUndefined();
    expect(line.nextCut).toBe(5);
    expect(line.finish(5, 30)).toEqual({ last: undefined, total: { start: 0, end: 3, bytes: 20 } });
  });

  it('numbers an interval by the clock after a cut that came more than an interval late', () => {
    const line = new Timeline({ ...options, seconds: 10 }, 0);
    line.cut(1, 10);
    expect(line.cut(3.4, 30)).toMatchObject({ index: 1, start: 1, end: 3.4, bytes: 20 });
    expect(line.nextCut).toBe(4);
    expect(line.cut(4, 36)).toMatchObject({ index: 3, start: 3.4, end: 4 });
  });

  it('ends with a shorter interval when the time is no multiple', () => {
    const line = new Timeline({ ...options, seconds: 1.25 }, 0);
    line.cut(1, 8);
    expect(line.nextCut).toBe(1.25);
    expect(line.finish(1.25, 10).last).toMatchObject({ index: 1, start: 1, end: 1.25, bytes: 2 });
  });
});
