/** The chart's scales, and its lines as paths. Pure. */
import type { Direction } from '../../../src/plan/plan.js';
import type { RateMessage } from '../../messages.js';
import { roundUp } from '../numbers.js';
import { rateOf, type Series } from './series.js';

/** Two reports with more than this between them are of two tests. */
const GAP_SECONDS = 0.25;
/** Of the grid, above the lowest. */
export const LINES = 4;

export interface Scales {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly bitsPerSecond: number;
  readonly ms: number;
}

/** Round numbers at the ends of all axes. */
export function scalesOf(series: Series, width: number, height: number, expectedSeconds: number): Scales {
  const rates = series.rates.map((each) => rateOf([each]) ?? 0);
  const rtts = series.rtts.map(({ rttMs }) => rttMs);
  return {
    ...{ width, height, seconds: Math.max(1, expectedSeconds, series.seconds) },
    bitsPerSecond: roundUp(Math.max(1e6, ...rates) / LINES) * LINES,
    ms: roundUp(Math.max(4, ...rtts) / LINES) * LINES,
  };
}

export type Point = readonly [x: number, y: number];

export function linePath(points: readonly Point[]): string {
  return points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
}

export function areaPath(points: readonly Point[], bottom: number): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  return `${linePath(points)}L${last[0].toFixed(1)} ${bottom}L${first[0].toFixed(1)} ${bottom}Z`;
}

/** Reports that follow each other. */
export function runsOf({ rates }: Series, direction: Direction): RateMessage[][] {
  const runs: RateMessage[][] = [];
  for (const each of rates) {
    if (each.direction !== direction) continue;
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && each.fromSeconds - last.toSeconds < GAP_SECONDS) run.push(each);
    else runs.push([each]);
  }
  return runs;
}
