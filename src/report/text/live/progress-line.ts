/** The live line of a running test, on a terminal only: written over itself, and gone before anything else appears. */
import type { ProgressEvent, StartEvent, TestEvent } from '../../../events/load.js';
import { mayEndByTime } from '../../../plan/length.js';
import type { RateUnit } from '../../../plan/plan.js';
import type { Reporter, Sink } from '../../reporter.js';
import { rateFigure, secondsText } from '../format.js';
import { arrows, Live } from './live.js';

const ERASE_LINE = '\r\u001b[K';
const BAR_WIDTH = 20;
/** A shorter bar says nothing. */
const SHORTEST_BAR = 4;
/** Of a terminal that does not tell. */
const USUAL_COLUMNS = 80;

export class ProgressLine implements Reporter {
  readonly #inner: Reporter;
  readonly #terminal: Sink;
  readonly #columns: () => number;
  readonly #unit: RateUnit | undefined;
  readonly #live: Live | undefined;
  #total = 's';
  #shown = false;

  /**
   * `inner` gets every event, on a clean line. `columns` may be 0, where the terminal does not tell. With `sparks` the
   * line has sparklines and latency, and a summary stands in its place in the end.
   */
  constructor(inner: Reporter, terminal: Sink, columns: () => number, unit: RateUnit | undefined, sparks = false) {
    this.#inner = inner;
    this.#terminal = terminal;
    this.#columns = columns;
    this.#unit = unit;
    this.#live = sparks ? new Live(unit) : undefined;
  }

  event(event: TestEvent): void {
    if (event.type === 'progress') {
      this.#show(event);
      return;
    }
    if (this.#shown) this.#terminal.write(ERASE_LINE);
    this.#shown = false;
    if (event.type === 'start') this.#total = totalOf(event);
    this.#inner.event(event);
    if (event.type === 'end') {
      for (const line of this.#live?.summary(event, this.#room) ?? []) this.#terminal.write(`${line}\n`);
    }
  }

  get #room(): number {
    return (this.#columns() || USUAL_COLUMNS) - 1;
  }

  #show(event: ProgressEvent): void {
    this.#terminal.write(`${ERASE_LINE}${this.#live ? this.#liveLine(this.#live, event) : this.#plainLine(event)}`);
    this.#shown = true;
  }

  #liveLine(live: Live, event: ProgressEvent): string {
    live.add(event);
    const room = this.#room;
    const time = `${event.seconds.toFixed(1)}${this.#total.replace('of ', '/').replace(/^s$/, ' s')}`;
    const { text, left } = live.line(event, time, room);
    const width = Math.min(BAR_WIDTH, left - 1);
    const line = width < SHORTEST_BAR ? text : `${barOf(event.fraction, width)} ${text}`;
    return [...line].slice(0, room).join('');
  }

  #plainLine({ seconds, fraction, rates }: ProgressEvent): string {
    const time = `${seconds.toFixed(1).padStart(6)} ${this.#total}`;
    const speed = rates.map((rate) => `${arrows[rate.direction]} ${rateFigure(rate.bitsPerSecond, this.#unit)}`);
    return fitted(time, fraction, speed.join('  '), this.#room);
  }
}

/** `of 11 s`, omitted seconds included, as in the elapsed time; a test by bytes alone takes as long as it takes. */
function totalOf({ test }: StartEvent): string {
  return mayEndByTime(test) ? `of ${secondsText(test.omitSeconds + test.seconds)}` : 's';
}

/** The bar gives way first, then the time: the rate is what one looks for. */
function fitted(time: string, fraction: number, speed: string, room: number): string {
  const barWidth = Math.min(BAR_WIDTH, room - [...time, ...speed].length - 2);
  const bar = barWidth < SHORTEST_BAR ? [] : [barOf(fraction, barWidth)];
  const whole = [time, ...bar, speed].join(' ');
  return [...([...whole].length <= room ? whole : speed)].slice(0, room).join('');
}

function barOf(fraction: number, width: number): string {
  const done = Math.round(fraction * width);
  return '\u2588'.repeat(done) + '\u2591'.repeat(width - done);
}
