import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  gradeOf,
  grades,
  latencyNow,
  latencyReport,
  latencyUnder,
  thinnedTrips,
} from '../../src/measure/latency/latency.js';
import { repositoryFile } from '../support/folders.js';

const ten = (value: number) => Array<number>(10).fill(value);
const summary = { samples: 1, minMs: 1, medianMs: 1, p95Ms: 1, p99Ms: 1, maxMs: 1 };

describe('a latency report', () => {
  it('says what the load added, with a grade and round trips per minute', () => {
    const report = latencyReport('up', { idleMs: ten(20), loadedMs: ten(120), unansweredMs: [] });
    const flat = (value: number, samples: number) => ({
      ...{ samples, minMs: value, medianMs: value, p95Ms: value, p99Ms: value, maxMs: value },
    });
    expect(report).toEqual({
      idle: flat(20, 10),
      loadedUp: flat(120, 10),
      loadedDown: null,
      bufferbloatMs: 100,
      grade: 'C',
      rpm: 500,
    });
  });

  it.each([
    ['up', [true, false]],
    ['down', [false, true]],
    ['bidir', [true, true]],
  ] as const)('of a test %s names the loaded directions', (direction, present) => {
    const { loadedUp, loadedDown } = latencyReport(direction, { idleMs: [1], loadedMs: [2], unansweredMs: [] });
    expect([loadedUp !== null, loadedDown !== null]).toEqual(present);
  });

  it('of a test without load has no verdict, and no figure under load', () => {
    const report = latencyReport('up', { idleMs: ten(20), loadedMs: ten(21), unansweredMs: [] });
    const trips = { idleMs: ten(20), loaded: [{ atSeconds: 1, rttMs: 21 }], oneOf: 1 };
    const queued = { ...report, queueUp: summary, queueDown: summary, trips };
    const none = { loadedUp: null, loadedDown: null, bufferbloatMs: null, grade: null, rpm: null };
    expect(latencyUnder([], queued)).toEqual({ idle: report.idle, ...none, trips: { ...trips, loaded: [] } });
  });

  it.each([
    [['up'], [true, false]],
    [['down'], [false, true]],
    [
      ['up', 'down'],
      [true, true],
    ],
  ] as const)('of a test both ways, of which only %j carried load, is that of this load', (loads, present) => {
    const report = latencyReport('bidir', { idleMs: [1], loadedMs: [2], unansweredMs: [] });
    const { loadedUp, loadedDown, ...verdict } = latencyUnder(loads, report);
    expect([loadedUp !== null, loadedDown !== null]).toEqual(present);
    expect(verdict).toMatchObject({ bufferbloatMs: 1, grade: 'A+', rpm: 30_000 });
  });

  it('is not below zero where the load made nothing worse', () => {
    const report = latencyReport('down', { idleMs: [5], loadedMs: [4], unansweredMs: [] });
    expect(report).toMatchObject({ bufferbloatMs: 0, grade: 'A+' });
  });

  it('has no verdict where one side is missing', () => {
    const none = { idleMs: [], loadedMs: [], unansweredMs: [] };
    expect(latencyReport('up', none)).toEqual({
      ...{ idle: null, loadedUp: null, loadedDown: null, bufferbloatMs: null, grade: null, rpm: null },
    });
    expect(latencyReport('up', { ...none, loadedMs: [30] })).toMatchObject({ bufferbloatMs: null, rpm: 2000 });
    expect(latencyReport('up', { ...none, idleMs: [30] })).toMatchObject({ loadedUp: null, rpm: null, grade: null });
  });

  it('counts the age of pings that a stalled path never answered, but not of those just sent', () => {
    const unansweredMs = [9000, 8000, 7000, 6000, 10];
    const { loadedUp } = latencyReport('up', { idleMs: [20], loadedMs: [20, 30, 40], unansweredMs });
    expect(loadedUp).toMatchObject({ samples: 7, minMs: 20, medianMs: 6000, maxMs: 9000 });
  });
});

it.each([
  [0, 'A+'],
  [4.99, 'A+'],
  [5, 'A'],
  [29.9, 'A'],
  [30, 'B'],
  [60, 'C'],
  [199, 'C'],
  [200, 'D'],
  [400, 'F'],
  [1e9, 'F'],
])('%f ms of bufferbloat is %s', (ms, grade) => expect(gradeOf(ms)).toBe(grade));

it('the published grades are those given', () => {
  const text = readFileSync(repositoryFile('docs', 'methodology.md'), 'utf8');
  const rows = [...text.matchAll(/^\| ([A-F]\+?) \| (?:below )?(\d+) ms/gm)].map(
    ([, grade, ms]) => [grade, Number(ms)] as const,
  );
  expect(rows.map(([grade]) => grade)).toEqual(grades);
  for (const [grade, ms] of rows) expect(gradeOf(grade === 'F' ? ms : ms - 0.001)).toBe(grade);
  for (const [index, [, ms]] of rows.slice(0, -1).entries()) expect(gradeOf(ms)).toBe(grades[index + 1]);
});

it('a long test tells some of its round trips, evenly chosen', () => {
  const trips = Array.from({ length: 1000 }, (_, i) => ({ atSeconds: i, rttMs: i }));
  expect(thinnedTrips(trips, 1000)).toEqual({ loaded: trips, oneOf: 1 });
  const { loaded, oneOf } = thinnedTrips(trips, 300);
  expect(oneOf).toBe(4);
  expect(loaded.map(({ rttMs }) => rttMs).slice(0, 3)).toEqual([0, 4, 8]);
  expect(loaded.length).toBeLessThanOrEqual(300);
});

it('latency as it stands is the median of the last second, or the age of a ping that waits longer', () => {
  expect(latencyNow([], 0)).toBeUndefined();
  expect(latencyNow([], 700)).toBe(700);
  expect(latencyNow([900, ...ten(20)], 5)).toBe(20);
  expect(latencyNow(ten(20), 350)).toBe(350);
});
