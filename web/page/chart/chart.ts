/** Throughput and latency on one axis of time, so that one is seen to do with the other. */
import { rate, roundDigits, roundUp } from '../numbers.js';
import { areaPath, LINES, linePath, type Point, runsOf, type Scales, scalesOf } from './geometry.js';
import { rateOf, type Series } from './series.js';
import { svg } from './svg.js';

const LEFT = 50;
const RIGHT = 42;
const TOP = 22;
const BOTTOM = 24;
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

function axes(scales: Scales, x: (second: number) => number, y: (share: number) => number): Element[] {
  const { width, height, seconds, bitsPerSecond, ms } = scales;
  const { unit } = rate(bitsPerSecond);
  const scale = { 'Gbit/s': 1e9, 'Mbit/s': 1e6, 'kbit/s': 1e3 }[unit] ?? 1;
  const shares = Array.from({ length: LINES + 1 }, (_, i) => i / LINES);
  const step = roundUp(seconds / Math.max(2, Math.floor(width / 60)));
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
