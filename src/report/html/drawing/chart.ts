/** The chart: rate, latency and loss above each other on one time axis, each direction with a dash of its own. */
import type { Direction } from '../../../plan/plan.js';
import { type DirectionFigures, isDatagram } from '../../document/figures.js';
import type { Row, TestDocument, Trip } from '../../document/shape.js';
import { axisUnit } from '../figures.js';
import { html, type Markup } from '../markup.js';
import { drawn, type Frame, longest, type Panel, round, type Size } from './drawing.js';
import { latencyPanel, polyline, type RoundTrip } from './round-trips.js';
import { fewerStretches, type Point, type Stretch } from './thinned.js';

interface Line {
  readonly direction: Direction;
  readonly stretches: readonly Stretch[];
}

export interface Chart {
  readonly drawing: Markup;
  readonly shows: readonly ('rate' | 'latency' | 'loss')[];
}

/** Undefined where there is nothing that has moved. */
export function chartOf(document: TestDocument, all: readonly DirectionFigures[], size: Size): Chart | undefined {
  const latency = document.end.latency;
  const trips = latency?.samples?.loaded ?? [];
  const rates = linesOf(all, ({ bits_per_second: value }) => value);
  const losses = isDatagram(document) ? linesOf(all, ({ lost_percent: value }) => value) : [];
  const lengths = rates.flatMap(({ stretches }) => stretches.map(({ end }) => end));
  const lastSecond = longest([...lengths, ...trips.map(({ seconds }) => seconds)]);
  if (lastSecond <= 0) return undefined;
  const queued = all.length > 1 ? all.map(({ direction }) => queueOf(trips, direction)) : [];
  const panels = [
    ...(rates.length > 0 ? [ratePanel(rates, size)] : []),
    ...(trips.length > 0 ? [latencyPanel(trips.map(roundTripOf), latency?.idle?.median_ms, size)] : []),
    ...(queued.some(({ points }) => points.length > 0) ? [queuePanel(queued, size)] : []),
    ...(losses.length > 0 ? [lossPanel(losses, size)] : []),
  ];
  const shows = [
    ...(rates.length > 0 ? (['rate'] as const) : []),
    ...(trips.length > 0 ? (['latency'] as const) : []),
    ...(losses.length > 0 ? (['loss'] as const) : []),
  ];
  return { drawing: drawn({ panels, axis: 'seconds', last: lastSecond }, size), shows };
}

function linesOf(all: readonly DirectionFigures[], value: (row: Row) => number | undefined): Line[] {
  const lines = all.map(({ direction, intervals }) => ({
    direction,
    stretches: intervals.flatMap((row) => {
      const [at, figure] = [row, value(row)];
      if (at.start === undefined || at.end === undefined || figure === undefined) return [];
      return [{ start: at.start, end: at.end, value: figure }];
    }),
  }));
  return lines.filter(({ stretches }) => stretches.length > 0);
}

function ratePanel(lines: readonly Line[], size: Size): Panel {
  const most = longest(lines.flatMap(({ stretches }) => stretches.map(({ value }) => value)));
  const { divisor, unit } = axisUnit(most, 'bit/s');
  const scaled = lines.map(({ direction, stretches }) => ({
    direction,
    stretches: stretches.map((each) => ({ ...each, value: each.value / divisor })),
  }));
  return {
    ...{ title: `Rate, ${unit}`, height: size.heights.rate, most: most / divisor },
    draw: (frame) => scaled.map((line) => steps(line, frame, lines.length === 1)),
  };
}

function lossPanel(lines: readonly Line[], size: Size): Panel {
  const most = longest(lines.flatMap(({ stretches }) => stretches.map(({ value }) => value)));
  return {
    ...{ title: 'Lost packets, %', height: size.heights.loss, most: Math.max(most, 1) },
    draw: (frame) => lines.map((line) => steps(line, frame, lines.length === 1)),
  };
}

function roundTripOf({ seconds, rtt_ms: ms }: Trip): RoundTrip {
  return { at: Math.max(0, seconds), ms };
}

interface Queue {
  readonly direction: Direction;
  readonly points: readonly Point[];
}

function queueOf(trips: readonly Trip[], direction: Direction): Queue {
  const points = trips.flatMap(({ seconds, queue_up_ms: up, queue_down_ms: down }) => {
    const value = direction === 'up' ? up : down;
    return value === undefined ? [] : [{ at: Math.max(0, seconds), value }];
  });
  return { direction, points };
}

/** Which way a round trip waited, where both are loaded. */
function queuePanel(queues: readonly Queue[], size: Size): Panel {
  const most = longest(queues.flatMap(({ points }) => points.map(({ value }) => value)));
  return {
    ...{ title: 'Queued each way, ms', height: size.heights.loss, most },
    draw: (frame) => queues.map(({ direction, points }) => polyline(points, `${direction} queue`, frame)),
  };
}

/** An interval's rate holds from its beginning to its end: a step, and a gap where an interval is missing. */
function steps({ direction, stretches }: Line, { x, y, size }: Frame, filled: boolean): Markup {
  const fewer = fewerStretches(stretches, (size.width - size.left) / 1.5);
  let path = '';
  let before: Stretch | undefined;
  for (const each of fewer) {
    const isNext = before && each.start - before.end < 0.2 * (each.end - each.start) + 0.01;
    const level = round(y(each.value));
    path += `${isNext ? 'V' : `M${round(x(each.start))} `}${level}H${round(x(each.end))}`;
    before = each;
  }
  const base = round(y(0));
  const area = fewer
    .map(({ start, end, value }) => `M${round(x(start))} ${base}V${round(y(value))}H${round(x(end))}V${base}Z`)
    .join('');
  return html`${filled ? html`<path class="area ${direction}" d="${area}"/>` : ''}<path class="line ${direction}" d="${path}"/>`;
}
