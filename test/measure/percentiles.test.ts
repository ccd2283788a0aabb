import { describe, expect, it } from 'vitest';
import { meanAndDeviation, quantile, summarize } from '../../src/measure/latency/percentiles.js';

describe('quantile', () => {
  it.each([
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3, 4, 5], 0.5, 3],
    [[10, 20], 0.95, 19.5],
    [[7], 0.99, 7],
    [[1, 2, 3], 0, 1],
    [[1, 2, 3], 1, 3],
  ])('of %j at %f is %f', (sorted, fraction, expected) => expect(quantile(sorted, fraction)).toBeCloseTo(expected, 12));
});

describe('summarize', () => {
  it('sorts first, and leaves the samples as they are', () => {
    const samples = [30, 10, 20];
    expect(summarize(samples)).toEqual({
      ...{ samples: 3, minMs: 10, medianMs: 20, maxMs: 30 },
      ...{ p95Ms: expect.closeTo(29, 9), p99Ms: expect.closeTo(29.8, 9) },
    });
    expect(samples).toEqual([30, 10, 20]);
  });

  it('has nothing to say of nothing', () => expect(summarize([])).toBeUndefined());
});

it('deviates as ping does', () => {
  expect(meanAndDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ avgMs: 5, mdevMs: 2 });
});
