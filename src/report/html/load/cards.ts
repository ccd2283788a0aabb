/** The figures that one looks for, large. */
import { type DirectionFigures, isDatagram, wayNames } from '../../document/figures.js';
import type { Latency, TestDocument } from '../../document/shape.js';
import { count, type Figure, milliseconds, percent, rate, textOf } from '../figures.js';
import { html, type Markup } from '../markup.js';
import { lossText } from './tables.js';

export interface Card {
  readonly name: string;
  readonly figure: Figure;
  readonly more?: string;
  readonly kind?: string;
}

export function cards(document: TestDocument, all: readonly DirectionFigures[]): Markup | undefined {
  const packets = isDatagram(document);
  const shown = [
    ...all.flatMap((figures) => [rateCard(figures), ...(packets ? packetCards(figures, all.length > 1) : [])]),
    ...(document.end.latency ? latencyCards(document.end.latency, all) : []),
  ];
  return cardList(shown);
}

export function cardList(shown: readonly Card[]): Markup | undefined {
  if (shown.length === 0) return undefined;
  return html`<ul class="cards">${shown.map(card)}</ul>`;
}

function card({ name, figure: { value, unit }, more, kind = '' }: Card): Markup {
  const below = more === undefined ? undefined : html`<span class="more">${more}</span>`;
  const after = unit === '' ? undefined : html`<span class="unit">${unit}</span>`;
  return html`<li class="${kind}"><span class="name">${name}</span><span class="value">${value}${after}</span>${below}</li>`;
}

function rateCard({ direction, received }: DirectionFigures): Card {
  const more = received?.bytes === undefined ? 'missing' : received.partial ? 'received, partial' : 'received';
  return { name: wayNames[direction], figure: rate(received?.bits_per_second), more, kind: direction };
}

function packetCards({ direction, received }: DirectionFigures, several: boolean): Card[] {
  const way = several ? ` ${direction}` : '';
  return [
    { name: `Lost${way}`, figure: percent(received?.lost_percent), more: lossText(received).replace(/ \(.*/, '') },
    { name: `Jitter${way}`, figure: milliseconds(received?.jitter_ms), more: 'RFC 1889' },
  ];
}

/** A round trip crosses both ways: loaded both ways there is one figure, and what each way queued where that is known. */
function latencyCards(latency: Latency, all: readonly DirectionFigures[]): Card[] {
  const { idle, loaded_up: up, loaded_down: down, bufferbloat_ms: bloat, grade, rpm } = latency;
  const queues = up && down ? [['up', latency.queue_up] as const, ['down', latency.queue_down] as const] : [];
  const loaded = up ?? down;
  const way = all.length > 1 ? 'both ways' : (all[0]?.direction ?? (up ? 'up' : 'down'));
  const p95 = (ms: number | undefined) => (ms === undefined ? {} : { more: `95 %: ${textOf(milliseconds(ms))}` });
  return [
    { name: 'Latency idle', figure: milliseconds(idle?.median_ms), ...p95(idle?.p95_ms) },
    { name: `Latency loaded ${way}`, figure: milliseconds(loaded?.median_ms), ...p95(loaded?.p95_ms) },
    ...queues.flatMap(([direction, queue]) =>
      queue
        ? [
            {
              name: `Queued ${direction}`,
              figure: milliseconds(queue.median_ms),
              ...p95(queue.p95_ms),
              kind: direction,
            },
          ]
        : [],
    ),
    ...(grade === undefined
      ? []
      : [{ name: 'Bufferbloat', figure: { value: grade, unit: '' }, more: `${textOf(milliseconds(bloat))} added` }]),
    ...(rpm === undefined ? [] : [{ name: 'RPM (TCP)', figure: count(rpm), more: 'round trips a minute' }]),
  ];
}
