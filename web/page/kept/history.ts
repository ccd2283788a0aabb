/** The results that this browser keeps, as a table and as two small lines. */
import { byId, rowOf } from '../dom.js';
import { digits, unknown } from '../numbers.js';
import { recent } from './recent.js';
import { drawTrend } from './trend.js';

export function showHistory(): void {
  const cell = (value: number | null) => (value === null ? unknown : digits(value));
  const mega = (value: number | null) => (value === null ? null : value / 1e6);
  const rows = [...recent()].reverse().map(({ at, down, up, idle }) => {
    const when = new Date(at).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
    return rowOf([when, cell(mega(down)), cell(mega(up)), cell(idle)]);
  });
  byId('recent').replaceChildren(...rows);
  showTrend();
}

export function showTrend(): void {
  drawTrend(byId('trend'), recent());
}
