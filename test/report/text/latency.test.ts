import { expect, it } from 'vitest';
import { latencyReport } from '../../../src/measure/latency.js';
import { latencyLine } from '../../../src/report/text/latency.js';

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
