import { describe, expect, it } from 'vitest';
import type { ProgressEvent, TestEvent } from '../../../src/events/load.js';
import { ProgressLine } from '../../../src/report/text/live/progress-line.js';
import { Course, sparkline } from '../../../src/report/text/live/sparkline.js';
import { latencyOf } from '../documents.js';
import { endOf, startOf } from '../fixtures.js';
import { Kept } from '../kept.js';

const progressOf = (...megabits: number[]): ProgressEvent => ({
  ...{ type: 'progress', seconds: 3.25, fraction: 0.5, latencyMs: 24.25 },
  rates: megabits.map((mbit, i) => ({ direction: i === 0 ? 'up' : 'down', bitsPerSecond: 1e6 * mbit })),
});

/** The lines that a terminal shows one after another. */
function shownAt(columns: number, events: readonly TestEvent[]): string[] {
  const shown = new Kept();
  const line = new ProgressLine({ event: () => {} }, shown, () => columns, undefined, true);
  for (const event of events) line.event(event);
  return shown.text
    .replaceAll('\r\u001b[K', '\n')
    .split('\n')
    .filter((text) => text !== '');
}

const rising = [100, 200, 400, 800].map((mbit) => progressOf(mbit));
const start = startOf({ seconds: 10 });

describe('the live line', () => {
  it('has a sparkline, the rate and the loaded latency within 40 columns', () => {
    expect(shownAt(40, [start, ...rising]).at(-1)).toBe(
      '3.3/10 s \u2191     \u2581\u2582\u2584\u2588 800 Mbits/sec 24 ms',
    );
  });

  it('has them of both ways within 40 columns', () => {
    const both = [
      [10, 90.1],
      [20.5, 45],
    ].map((megabits) => progressOf(...megabits));
    const last = { ...progressOf(40.2, 22.5), latencyMs: 9.876 };
    expect(shownAt(40, [start, ...both, last]).at(-1)).toBe(
      '\u2191 \u2582\u2585\u2588 40.2 Mb/s \u2193 \u2588\u2584\u2582 22.5 Mb/s 9.88 ms',
    );
  });

  it('says more where there is room', () => {
    const wide = shownAt(100, [start, ...rising]).at(-1);
    expect(wide).toMatch(
      /^\u2588{10}\u2591{10} 3\.3\/10 s \u2191 {17}\u2581\u2582\u2584\u2588 800 Mbits\/sec latency 24 ms$/,
    );
  });

  it.each([8, 20, 30, 39, 40, 41, 60, 80, 200])('never fills %i columns, one way or both', (columns) => {
    for (const progress of [rising, [progressOf(5, 900)]]) {
      for (const line of shownAt(columns, [start, ...progress, endOf(start, { latency: latencyOf('up') })])) {
        expect([...line].length).toBeLessThan(columns);
      }
    }
  });

  it('keeps the rate where there is room for nothing else', () => {
    expect(shownAt(18, rising).at(-1)).toBe('\u2191 800 Mb/s 24 ms');
    expect(shownAt(12, rising).at(-1)).toBe('\u2191 800 Mb/s');
    expect(shownAt(30, [progressOf(46.7, 50.7)]).at(-1)).toBe('\u2191 46.7 Mb/s \u2193 50.7 Mb/s 24 ms');
  });

  it('leaves a summary when the test has ended', () => {
    const events = [start, ...rising, endOf(start, { latency: latencyOf('up') })];
    const both = ['\u2191 \u2581\u2582\u2584\u2588 1.00 Gbits/sec', 'latency 21.0 ms \u2192 121.0 ms C'];
    expect(shownAt(40, events).slice(-2)).toEqual(both);
    expect(shownAt(80, events).at(-1)).toBe(both.join('  '));
    const bidir = startOf({ direction: 'bidir' });
    const queued = 'queued \u2191 50.5 ms \u2193 50.5 ms';
    expect(shownAt(40, [bidir, endOf(bidir, { latency: latencyOf('bidir') })]).at(-1)).toBe(queued);
  });
});

describe('a sparkline', () => {
  it('goes from nothing to the most there was', () => {
    expect(sparkline([0, 12, 13, 50, 100, 101], 100)).toBe('\u2581\u2581\u2582\u2584\u2588\u2588');
    expect(sparkline([0, 0], 0)).toBe('\u2581\u2581');
  });

  it('of a whole test keeps a bounded number of means', () => {
    const course = new Course(8);
    for (let i = 0; i < 1000; i++) course.add(i);
    const columns = course.columns(4);
    expect(columns).toHaveLength(4);
    expect(columns).toEqual([...columns].sort((a, b) => a - b));
    expect(columns[0]).toBeGreaterThan(50);
    expect(columns[0]).toBeLessThan(200);
  });
});
