/** The live line of a running test, on a terminal only: written over itself, and gone before anything else appears. */
import type { ProgressEvent, TestEvent } from '../events.js';
import type { RateUnit } from '../plan.js';
import { rateText } from './format.js';
import type { Reporter, Sink } from './reporter.js';

const ERASE_LINE = '\r\u001b[K';
const BAR_WIDTH = 20;
const arrows = { up: '\u2191', down: '\u2193' } as const;

export class ProgressLine implements Reporter {
  readonly #inner: Reporter;
  readonly #terminal: Sink;
  readonly #columns: () => number;
  readonly #unit: RateUnit | undefined;
  #shown = false;

  /** `inner` gets every event, on a clean line. */
  constructor(inner: Reporter, terminal: Sink, columns: () => number, unit: RateUnit | undefined) {
    this.#inner = inner;
    this.#terminal = terminal;
    this.#columns = columns;
    this.#unit = unit;
  }

  event(event: TestEvent): void {
    if (event.type === 'progress') {
      this.#show(event);
      return;
    }
    if (this.#shown) this.#terminal.write(ERASE_LINE);
    this.#shown = false;
    this.#inner.event(event);
  }

  #show(event: ProgressEvent): void {
    const rates = event.rates.map(
      ({ direction, bitsPerSecond }) => `${arrows[direction]} ${rateText(bitsPerSecond, this.#unit)}`,
    );
    const done = Math.round(event.fraction * BAR_WIDTH);
    const bar = '\u2588'.repeat(done) + '\u2591'.repeat(BAR_WIDTH - done);
    const whole = `${event.seconds.toFixed(1).padStart(6)} s ${bar} ${rates.join('  ')}`;
    const line = [...whole].slice(0, Math.max(0, this.#columns() - 1)).join('');
    this.#terminal.write(`${ERASE_LINE}${line}`);
    this.#shown = true;
  }
}
