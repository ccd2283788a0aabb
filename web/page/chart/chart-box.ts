/** The chart with the table behind it. */
import type { RateMessage, RttMessage, Settings } from '../../messages.js';
import { loadsOf, omitSecondsOf } from '../../worker/shape.js';
import { byId, rowOf } from '../dom.js';
import { digits, unknown } from '../numbers.js';
import { draw } from './chart.js';
import { Series } from './series.js';

/** Opening and what is measured before the load. */
const OPENING_SECONDS = 1;
const REDRAW_MS = 200;

export class ChartBox {
  #series = new Series();
  #expectedSeconds = 10;
  #drawnAt = 0;

  clear({ course, seconds }: Settings): void {
    this.#series = new Series();
    this.#expectedSeconds = loadsOf(course).length * (seconds + omitSecondsOf(seconds) + OPENING_SECONDS);
    this.redraw();
  }

  /** By a receiver's count over the last second or so. */
  recent(direction: 'down' | 'up'): number | undefined {
    return this.#series.recent(direction);
  }

  rate(message: RateMessage): void {
    this.#series.rates.push(message);
    this.#redrawInTime();
  }

  rtt(message: RttMessage): void {
    this.#series.rtts.push(message);
    this.#redrawInTime();
  }

  /** Of what is expected, 0 to 1. */
  get share(): number {
    return Math.min(1, this.#series.seconds / this.#expectedSeconds);
  }

  finish(): void {
    this.#expectedSeconds = this.#series.seconds || this.#expectedSeconds;
    this.redraw();
    this.#fillTable();
  }

  redraw(): void {
    this.#drawnAt = performance.now();
    draw(byId('chart'), this.#series, this.#expectedSeconds);
  }

  #redrawInTime(): void {
    if (performance.now() - this.#drawnAt >= REDRAW_MS) this.redraw();
  }

  #fillTable(): void {
    const cell = (value: number | undefined) => (value === undefined ? unknown : digits(value));
    const mega = (value: number | undefined) => cell(value === undefined ? undefined : value / 1e6);
    const rows = this.#series.rows();
    byId('rows').replaceChildren(
      ...rows.map(({ second, down, up, rttMs }) => rowOf([String(second), mega(down), mega(up), cell(rttMs)])),
    );
    const seconds = Math.round(this.#series.seconds);
    const text = `Throughput and latency over ${seconds} s; the table below has the figures`;
    byId('chart').setAttribute('aria-label', text);
  }
}
