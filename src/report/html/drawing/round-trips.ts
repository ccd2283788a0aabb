/** The panel of round trips one by one, and lines through points. */
import { html, type Markup, type Part } from '../markup.js';
import { type Frame, longest, type Panel, round, type Size } from './drawing.js';
import { fewerPoints, type Point } from './thinned.js';

export interface RoundTrip {
  readonly at: number;
  /** Undefined had no answer. */
  readonly ms: number | undefined;
}

export function latencyPanel(trips: readonly RoundTrip[], idleMs: number | undefined, size: Size): Panel {
  const points = trips.flatMap(({ at, ms }) => (ms === undefined ? [] : [{ at, value: ms }]));
  const silent = trips.filter(({ ms }) => ms === undefined);
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

export function polyline(points: readonly Point[], kind: string, { x, y, size }: Frame): Markup {
  const fewer = fewerPoints(points, size.width - size.left);
  const path = fewer.map(({ at, value }, i) => `${i === 0 ? 'M' : 'L'}${round(x(at))} ${round(y(value))}`).join('');
  return html`<path class="line ${kind}" d="${path}"/>`;
}

/** Pings that had no answer: a mark at the upper edge for each. */
function open(silent: readonly RoundTrip[], { x, size }: Frame): Markup {
  const fewer = fewerPoints(
    silent.map(({ at }) => ({ at, value: 0 })),
    size.width / 4,
  );
  return html`<path class="open" d="${fewer.map(({ at }) => `M${round(x(at) - 3)} 0l3 6 3 -6Z`).join('')}"/>`;
}
