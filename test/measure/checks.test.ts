import { describe, expect, it } from 'vitest';
import { failedChecks } from '../../src/measure/checks.js';
import { latencyReport } from '../../src/measure/latency/latency.js';
import { checkLine } from '../../src/report/text/load/checks.js';

const received = { start: 0, end: 1, bytes: 125_000 };
const up = { direction: 'up', received } as const;
const down = { direction: 'down', received: { ...received, bytes: 250_000 } } as const;
const loaded = (direction: 'up' | 'bidir') =>
  latencyReport(direction, { idleMs: [1], loadedMs: [40, 50, 60], unansweredMs: [] });
const packets = { packets: 200, lost: 3, jitterMs: 1 };

const lines = (...asked: Parameters<typeof failedChecks>) => failedChecks(...asked).map((check) => checkLine(check));

describe('bounds', () => {
  it('hold where the figures are at them', () => {
    const figures = { sums: [{ ...up, packets }], latency: loaded('up') };
    expect(failedChecks({ bitsPerSecond: 1e6, loadedMs: 50, lostPercent: 1.5 }, figures)).toEqual([]);
    expect(failedChecks({}, { sums: [] })).toEqual([]);
  });

  it('break in each direction by itself', () => {
    expect(lines({ bitsPerSecond: 1.5e6 }, { sums: [up, down] })).toEqual([
      'Upload: the rate of 1.00 Mbits/sec is below the 1.50 Mbits/sec of --fail-below',
    ]);
    expect(lines({ lostPercent: 1 }, { sums: [{ ...up, packets }] })).toEqual([
      'Upload: the loss of 1.5% is above the 1% of --fail-above-loss',
    ]);
  });

  it('break once for latency that both ways share', () => {
    expect(lines({ loadedMs: 49.5 }, { sums: [up, down], latency: loaded('bidir') })).toEqual([
      'Both ways: the loaded latency of 50.0 ms is above the 49.5 ms of --fail-above-latency',
    ]);
  });

  it('break where a figure is missing', () => {
    const sums = [{ ...down, received: null }];
    expect(lines({ bitsPerSecond: 1, loadedMs: 1, lostPercent: 1 }, { sums })).toEqual([
      'Download: the rate is missing, and --fail-below asks for 1.00 bits/sec',
      'Download: the loaded latency is missing, and --fail-above-latency asks for 1.000 ms',
      'Download: the loss is missing, and --fail-above-loss asks for 1%',
    ]);
  });
});
