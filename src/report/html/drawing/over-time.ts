/** The chart with what one needs to read it: its key, what it does not show, and the table behind it. */
import { type DirectionFigures, wayNames } from '../../document/figures.js';
import type { TestDocument } from '../../document/shape.js';
import { intervalTable } from '../load/tables.js';
import { html, type Markup } from '../markup.js';
import { type Chart, chartOf } from './chart.js';
import { narrow, wide } from './drawing.js';

/** Undefined where nothing was told over time. */
export function overTime(document: TestDocument, all: readonly DirectionFigures[]): Markup | undefined {
  const charts = [wide, narrow].flatMap((size) => chartOf(document, all, size) ?? []);
  const [first] = charts;
  if (first === undefined) return undefined;
  const title = `${first.shows.join(' and ')} over time`;
  const remarks = remarksOf(document, all, first);
  const below = remarks.length === 0 ? undefined : html`<p class="note">${remarks.join(' ')}</p>`;
  const drawings = charts.map(({ drawing }) => drawing);
  return html`<section><h2>${title.charAt(0).toUpperCase()}${title.slice(1)}</h2><figure><ul class="legend">${keysOf(document, all, first)}</ul>${drawings}</figure>${below}${intervalTable(document, all)}</section>`;
}

function keysOf({ end }: TestDocument, all: readonly DirectionFigures[], { shows }: Chart): Markup[] {
  const samples = end.latency?.samples;
  const isOpen = samples?.loaded.some(({ rtt_ms }) => rtt_ms === undefined) ?? false;
  return [
    ...(shows.includes('rate') ? all : []).map(({ direction }) => key(`line ${direction}`, wayNames[direction])),
    ...(shows.includes('latency') ? [key('line latency', 'Round trip under load')] : []),
    ...(shows.includes('latency') && end.latency?.idle ? [key('idle', 'Idle median')] : []),
    ...(isOpen ? [html`<li>\u25bc no answer when the test ended</li>`] : []),
  ];
}

function key(line: string, name: string): Markup {
  return html`<li><svg viewBox="0 0 30 10" aria-hidden="true"><path class="${line}" d="M0 5H30"/></svg>${name}</li>`;
}

/** What the drawing cannot say, in whole sentences. */
function remarksOf(document: TestDocument, all: readonly DirectionFigures[], { shows }: Chart): string[] {
  const { latency } = document.end;
  const samples = latency?.samples;
  const isSent = document.intervals.some(({ streams }) => streams.some((row) => row.sender_count));
  return [
    ...((document.start.test_start?.omit ?? 0) > 0 ? ['Seconds that do not count are left out.'] : []),
    ...(isSent ? ['The rates of intervals are the sender\u2019s count, since the receiver reports none.'] : []),
    ...(shows.includes('rate') ? [] : ['There are no intervals to draw a rate of.']),
    ...(latency && !samples ? ['Single round trips are not in this result; --latency-samples puts them there.'] : []),
    ...(samples && samples.one_of > 1 ? [`Of the round trips one of ${samples.one_of} is drawn.`] : []),
    ...(all.length > 1 && shows.includes('latency') && latency?.queue_up === undefined
      ? ['A round trip crosses both ways: which of them held it up cannot be told from it.']
      : []),
  ];
}
