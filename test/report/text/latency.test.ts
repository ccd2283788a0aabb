import { expect, it } from 'vitest';
import { latencyReport } from '../../../src/measure/latency/latency.js';
import { latencyLine, queueLine } from '../../../src/report/text/load/latency.js';

const none = { idleMs: [], loadedMs: [], unansweredMs: [] };

it.each([
  [
    latencyReport('down', { ...none, idleMs: [20], loadedMs: [180, 180] }),
    'Latency: idle 20.0 ms, loaded 180.0 ms (p95 180.0 ms): bufferbloat 160.0 ms, grade C, 333 RPM (TCP)',
  ],
  [
    latencyReport('up', { ...none, loadedMs: [30] }),
    'Latency: idle unknown, loaded 30.0 ms (p95 30.0 ms): 2000 RPM (TCP)',
  ],
  [latencyReport('up', { ...none, idleMs: [1] }), 'Latency: idle 1.000 ms, loaded unknown'],
])('a report of latency is one line', (report, line) => expect(latencyLine(report)).toBe(line));

it('what each way had queued is another, where it is known', () => {
  const summary = (ms: number) => ({ samples: 1, minMs: ms, medianMs: ms, p95Ms: 2 * ms, p99Ms: ms, maxMs: ms });
  const report = latencyReport('bidir', { ...none, loadedMs: [30] });
  expect(queueLine(report)).toBeUndefined();
  expect(queueLine({ ...report, queueUp: summary(160.2), queueDown: summary(0.25) })).toBe(
    'Queued under load: up 160.2 ms (p95 320.4 ms), down 0.250 ms (p95 0.500 ms)',
  );
});
