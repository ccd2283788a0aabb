/** A drawing of panels above each other on one axis, at the widths that there are. */
import { html, type Markup, type Part } from '../markup.js';
import { ticksTo, ticksWithin } from './scale.js';

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

export interface Panel {
  readonly title: string;
  readonly height: number;
  readonly most: number;
  readonly draw: (frame: Frame) => Part;
}

/** Where a panel is, and how its values and seconds become places. */
export interface Frame {
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
  readonly size: Size;
}

/** What is drawn, and how far its axis goes. */
interface Drawing {
  readonly panels: readonly Panel[];
  readonly axis: 'seconds' | 'pings';
  readonly last: number;
}

export function drawn({ panels, axis, last }: Drawing, size: Size): Markup {
  const { width, left, right, timeSteps } = size;
  const times = ticksWithin(last, timeSteps);
  const x = (at: number) => left + (Math.min(at, last) / last) * (width - left - right);
  let top = 0;
  const shown = panels.map((panel) => {
    const markup = panelMarkup(panel, { x, times, size, top });
    top += HEAD + panel.height + GAP;
    return markup;
  });
  const labels = times.map(
    (each) => html`<text class="tick" x="${round(x(each))}" y="${top + 4}" text-anchor="middle">${each}</text>`,
  );
  const name = html`<text class="axis" x="${width - right}" y="${top + 22}" text-anchor="end">${axis}</text>`;
  return html`<svg class="chart ${size.name}" viewBox="0 0 ${width} ${top + FOOT - 8}" role="img" aria-label="${summaryOf({ panels, axis, last })}">${shown}${labels}${name}</svg>`;
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

function summaryOf({ panels, axis, last }: Drawing): string {
  const names = panels.map(({ title }) => title.toLowerCase()).join('; ');
  return `Over ${round(last)} ${axis}: ${names}. The table below has the figures.`;
}

/** A list may be longer than a call takes arguments. */
export function longest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
