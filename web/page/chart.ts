/** Throughput and latency on one axis of time, so that one is seen to do with the other. */
import type { Direction } from '../../src/plan/plan.js';
import type { RateMessage } from '../messages.js';
import { rate, roundDigits, roundUp } from './numbers.js';
import { rateOf, type Series } from './series.js';
import { svg } from './svg.js';

const LEFT = 50;
const RIGHT = 42;
const TOP = 22;
const BOTTOM = 24;
const LINES = 4;
/** Two reports with more than this between them are of two tests. */
const GAP_SECONDS = 0.25;

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

export function draw(box: Element, series: Series, expectedSeconds: number): void {
  const { clientWidth: width, clientHeight: height } = box;
  if (width === 0 || height === 0) return;
  const scales = scalesOf(series, width, height, expectedSeconds);
  const bottom = height - BOTTOM;
  const x = (second: number) => LEFT + (second / scales.seconds) * (width - LEFT - RIGHT);
  const y = (share: number) => bottom - share * (bottom - TOP);
  const paths = (['down', 'up'] as const).flatMap((direction) =>
    runsOf(series, direction).flatMap((run) => {
      const points = run.map(
        (each): Point => [x((each.fromSeconds + each.toSeconds) / 2), y((rateOf([each]) ?? 0) / scales.bitsPerSecond)],
      );
      return [
        svg('path', { class: `area ${direction}`, d: areaPath(points, bottom) }),
        svg('path', { class: `line ${direction}`, d: linePath(points) }),
      ];
    }),
  );
  const dots = series.rtts.map(({ atSeconds, rttMs }) =>
    svg('circle', { class: 'dot', cx: x(atSeconds).toFixed(1), cy: y(rttMs / scales.ms).toFixed(1), r: 2 }),
  );
  const whole = svg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  whole.append(...axes(scales, x, y), ...paths, ...dots);
  box.replaceChildren(whole);
}

type Point = readonly [x: number, y: number];

export function linePath(points: readonly Point[]): string {
  return points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
}

function areaPath(points: readonly Point[], bottom: number): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  return `${linePath(points)}L${last[0].toFixed(1)} ${bottom}L${first[0].toFixed(1)} ${bottom}Z`;
}

/** Reports that follow each other. */
function runsOf({ rates }: Series, direction: Direction): RateMessage[][] {
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

function axes(scales: Scales, x: (second: number) => number, y: (share: number) => number): Element[] {
  const { width, height, seconds, bitsPerSecond, ms } = scales;
  const { unit } = rate(bitsPerSecond);
  const scale = { 'Gbit/s': 1e9, 'Mbit/s': 1e6, 'kbit/s': 1e3 }[unit] ?? 1;
  const shares = Array.from({ length: LINES + 1 }, (_, i) => i / LINES);
  const step = roundUp(seconds / Math.max(2, Math.floor(width / 90)));
  const times = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step);
  return [
    label(unit, 0, 11, 'start'),
    label('ms', width, 11, 'end'),
    ...shares.flatMap((share) => [
      svg('path', { class: 'grid', d: `M${LEFT} ${y(share).toFixed(1)}H${width - RIGHT}` }),
      label(roundDigits((share * bitsPerSecond) / scale), LEFT - 6, y(share) + 4, 'end'),
      label(roundDigits(share * ms), width - RIGHT + 6, y(share) + 4, 'start'),
    ]),
    ...times.map((time) => label(`${roundDigits(time)} s`, x(time), height - 5, 'middle')),
  ];
}

function label(text: string, x: number, y: number, anchor: string): Element {
  const element = svg('text', { x: x.toFixed(1), y: y.toFixed(1), 'text-anchor': anchor });
  element.textContent = text;
  return element;
}
