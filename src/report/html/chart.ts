/** The chart: rate, latency and loss above each other on one time axis, each direction with a dash of its own. */
import type { Direction } from '../../plan/plan.js';
import { type DirectionFigures, isDatagram } from '../document/figures.js';
import type { Row, TestDocument, Trip } from '../document/shape.js';
import { axisUnit } from './figures.js';
import { html, type Markup, type Part } from './markup.js';
import { ticksTo, ticksWithin } from './scale.js';
import { fewerPoints, fewerStretches, type Point, type Stretch } from './thinned.js';

/** What a drawing of this width has room for. */
export interface Size {
  readonly name: 'wide' | 'narrow';
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly timeSteps: number;
  readonly heights: { readonly rate: number; readonly latency: number; readonly loss: number };
}

export const wide: Size = {
  ...{ name: 'wide', width: 960, left: 64, right: 18, timeSteps: 10 },
  heights: { rate: 220, latency: 130, loss: 90 },
};
/** Text keeps its size on a phone, so the drawing is another one. */
export const narrow: Size = {
  ...{ name: 'narrow', width: 340, left: 44, right: 8, timeSteps: 5 },
  heights: { rate: 170, latency: 120, loss: 80 },
};

const HEAD = 26;
const GAP = 14;
const FOOT = 34;

interface Line {
  readonly direction: Direction;
  readonly stretches: readonly Stretch[];
}

interface Panel {
  readonly title: string;
  readonly height: number;
  readonly most: number;
  readonly draw: (frame: Frame) => Part;
}

/** Where a panel is, and how its values and seconds become places. */
interface Frame {
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
  readonly size: Size;
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
    ...(trips.length > 0 ? [latencyPanel(trips, latency?.idle?.median_ms, size)] : []),
    ...(queued.some(({ points }) => points.length > 0) ? [queuePanel(queued, size)] : []),
    ...(losses.length > 0 ? [lossPanel(losses, size)] : []),
  ];
  const shows = [
    ...(rates.length > 0 ? (['rate'] as const) : []),
    ...(trips.length > 0 ? (['latency'] as const) : []),
    ...(losses.length > 0 ? (['loss'] as const) : []),
  ];
  return { drawing: drawn(panels, lastSecond, size, summaryOf(panels, lastSecond)), shows };
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

function latencyPanel(
  trips: readonly Pick<Trip, 'seconds' | 'rtt_ms'>[],
  idleMs: number | undefined,
  size: Size,
): Panel {
  const points = trips.flatMap(({ seconds, rtt_ms }) =>
    rtt_ms === undefined ? [] : [{ at: Math.max(0, seconds), value: rtt_ms }],
  );
  const silent = trips.filter(({ rtt_ms }) => rtt_ms === undefined).map(({ seconds }) => seconds);
  const most = longest([...points.map(({ value }) => value), idleMs ?? 0]);
  return {
    ...{ title: 'Round trip, ms', height: size.heights.latency, most },
    draw: (frame) => [
      idleLine(idleMs, frame),
      polyline(points, 'latency', frame),
      silent.length > 0 ? open(silent, frame) : '',
    ],
  };
}

function idleLine(idleMs: number | undefined, { x, y, size }: Frame): Part {
  if (idleMs === undefined) return undefined;
  const at = round(y(idleMs));
  return html`<path class="idle" d="M${round(x(0))} ${at}H${size.width - size.right}"/>`;
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

function polyline(points: readonly Point[], kind: string, { x, y, size }: Frame): Markup {
  const fewer = fewerPoints(points, size.width - size.left);
  const path = fewer.map(({ at, value }, i) => `${i === 0 ? 'M' : 'L'}${round(x(at))} ${round(y(value))}`).join('');
  return html`<path class="line ${kind}" d="${path}"/>`;
}

/** Pings that had no answer when the test ended: a mark at the upper edge for each. */
function open(seconds: readonly number[], { x, size }: Frame): Markup {
  const fewer = fewerPoints(
    seconds.map((at) => ({ at, value: 0 })),
    size.width / 4,
  );
  return html`<path class="open" d="${fewer.map(({ at }) => `M${round(x(Math.max(0, at)) - 3)} 0l3 6 3 -6Z`).join('')}"/>`;
}

function drawn(panels: readonly Panel[], lastSecond: number, size: Size, summary: string): Markup {
  const { width, left, right, timeSteps } = size;
  const times = ticksWithin(lastSecond, timeSteps);
  const x = (seconds: number) => left + (Math.min(seconds, lastSecond) / lastSecond) * (width - left - right);
  let top = 0;
  const shown = panels.map((panel) => {
    const markup = panelMarkup(panel, { x, times, size, top });
    top += HEAD + panel.height + GAP;
    return markup;
  });
  const labels = times.map(
    (each) => html`<text class="tick" x="${round(x(each))}" y="${top + 4}" text-anchor="middle">${each}</text>`,
  );
  const axis = html`<text class="axis" x="${width - right}" y="${top + 22}" text-anchor="end">seconds</text>`;
  return html`<svg class="chart ${size.name}" viewBox="0 0 ${width} ${top + FOOT - 8}" role="img" aria-label="${summary}">${shown}${labels}${axis}</svg>`;
}

function panelMarkup(
  { title, height, most, draw }: Panel,
  place: { x: Frame['x']; times: readonly number[]; size: Size; top: number },
): Markup {
  const { x, times, size, top } = place;
  const levels = ticksTo(most, 3);
  const highest = levels.at(-1) ?? 1;
  const y = (value: number) => height - (Math.min(value, highest) / highest) * height;
  const [from, to] = [size.left, size.width - size.right];
  const grid = levels.map((level) => {
    const at = round(y(level));
    return html`<path class="${level === 0 ? 'base' : 'grid'}" d="M${from} ${at}H${to}"/><text class="tick" x="${from - 8}" y="${at + 4}" text-anchor="end">${level}</text>`;
  });
  const columns = times.map((each) => html`<path class="grid" d="M${round(x(each))} 0V${height}"/>`);
  return html`<text class="axis" x="${0}" y="${top + 14}">${title}</text><g transform="translate(0 ${top + HEAD})">${columns}${grid}${draw({ x, y, size })}</g>`;
}

function summaryOf(panels: readonly Panel[], lastSecond: number): string {
  const names = panels.map(({ title }) => title.toLowerCase()).join('; ');
  return `Over ${round(lastSecond)} seconds: ${names}. The table below has the figures.`;
}

/** A list may be longer than a call takes arguments. */
function longest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
