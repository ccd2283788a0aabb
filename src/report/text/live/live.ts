/** The live line with sparklines and loaded latency, and the summary that stands where it was. No colour is needed. */
import type { EndEvent, ProgressEvent } from '../../../events/load.js';
import { bitsPerSecond } from '../../../measure/span.js';
import type { Direction, RateUnit } from '../../../plan/plan.js';
import { millisecondsText, rateFigure } from '../format.js';
import { jitterText, lossText } from '../load/packets.js';
import { Course, sparkline } from './sparkline.js';

export const arrows = { up: '\u2191', down: '\u2193' } as const;
const WIDEST_SPARK = 20;
/** A shorter one shows nothing. */
const LEAST_SPARK = 4;
const LATENCY = 'latency ';
/** Values of a whole test: more than any summary has columns. */
const KEPT = 128;

interface Way {
  /** The newest, for the live line. */
  readonly last: number[];
  readonly course: Course;
  most: number;
}

/** How the ways are written. */
interface Form {
  readonly rateText: typeof rateFigure;
  /** Between an arrow and its sparkline. */
  readonly margin: string;
  /** Between two ways. */
  readonly gap: string;
}

const long: Form = { rateText: rateFigure, margin: ' ', gap: '  ' };
/** Both ways with all that one looks for fit into 40 columns. */
const short: Form = {
  rateText: (rate, unit) => rateFigure(rate, unit).replace('bits/sec', 'b/s'),
  ...{ margin: '', gap: ' ' },
};

interface LiveLine {
  readonly text: string;
  /** Columns that are not taken. */
  readonly left: number;
  /** It has its sparklines, and latency where that is measured. */
  readonly isWhole: boolean;
}

export class Live {
  readonly #unit: RateUnit | undefined;
  readonly #ways = new Map<Direction, Way>();

  constructor(unit: RateUnit | undefined) {
    this.#unit = unit;
  }

  add({ rates }: ProgressEvent): void {
    for (const { direction, bitsPerSecond: rate } of rates) {
      const way = this.#ways.get(direction) ?? { last: [], course: new Course(KEPT), most: 0 };
      this.#ways.set(direction, way);
      way.most = Math.max(way.most, rate);
      way.course.add(rate);
      way.last.push(rate);
      if (way.last.length > WIDEST_SPARK) way.last.shift();
    }
  }

  /**
   * `12.5/30 s ↑ ▂▅▇█▇ 941 Mbits/sec latency 24 ms`. What the room does not take goes: first the word before the
   * latency, then the time, the long form of the rates, the sparkline, the latency; the rates stay.
   */
  line(event: ProgressEvent, time: string, room: number): LiveLine {
    const line = this.#lineIn(long, event, time, room);
    return line.isWhole ? line : this.#lineIn(short, event, time, room);
  }

  #lineIn(form: Form, { rates, latencyMs }: ProgressEvent, time: string, room: number): LiveLine {
    const speeds = rates.map(({ bitsPerSecond: rate }) => form.rateText(rate, this.#unit));
    const latency = latencyMs === undefined ? '' : shortMilliseconds(latencyMs);
    const least = speeds.reduce((sum, speed) => sum + speed.length + 2, form.gap.length * (rates.length - 1));
    let left = room - least;
    const takes = (width: number) => {
      const fits = width > 0 && width <= left;
      if (fits) left -= width;
      return fits;
    };
    const hasLatency = takes(latency === '' ? 0 : latency.length + 1);
    const hasSpark = takes(rates.length * (LEAST_SPARK + form.margin.length));
    const hasTime = takes(time.length + 1);
    const hasWord = hasLatency && hasTime && takes(LATENCY.length);
    const wider = hasSpark ? Math.min(WIDEST_SPARK - LEAST_SPARK, Math.floor(left / rates.length)) : 0;
    left -= wider * rates.length;
    const width = hasSpark ? LEAST_SPARK + wider : 0;
    const ways = rates.map(({ direction }, i) => {
      const spark = hasSpark ? `${form.margin}${this.#spark(direction, width)}` : '';
      return `${arrows[direction]}${spark} ${speeds[i]}`;
    });
    const text = [
      ...[hasTime ? `${time} ` : '', ways.join(form.gap)],
      hasLatency ? ` ${hasWord ? LATENCY : ''}${latency}` : '',
    ].join('');
    return { text, left, isWhole: hasSpark && (hasLatency || latency === '') };
  }

  /** As wide however few values there are, so that nothing moves. */
  #spark(direction: Direction, width: number): string {
    const way = this.#ways.get(direction);
    if (width === 0 || !way) return '';
    return sparkline(way.last.slice(-width), way.most).padStart(width);
  }

  /** Lines that stand when the test has ended; parts go beside each other where there is room. */
  summary({ sums, latency }: EndEvent, room: number): string[] {
    const ways = sums.map(({ direction, received, packets }) => {
      const way = this.#ways.get(direction);
      const course = way?.course.columns(Math.min(WIDEST_SPARK, Math.max(LEAST_SPARK, room - 20))) ?? [];
      const spark = course.length === 0 ? [] : [sparkline(course, way?.most ?? 0)];
      const rate = received ? rateFigure(bitsPerSecond(received), this.#unit) : 'missing';
      const loss = packets ? [`lost ${lossText(packets)}, jitter ${jitterText(packets)}`] : [];
      return [[arrows[direction], ...spark, rate].join(' '), ...loss];
    });
    const loaded = latency?.loadedUp ?? latency?.loadedDown;
    const medians = [latency?.idle, loaded].flatMap((each) => (each ? millisecondsText(each.medianMs) : []));
    const grade = latency?.grade ? ` ${latency.grade}` : '';
    const trips = medians.length > 0 ? [`${LATENCY}${medians.join(' \u2192 ')}${grade}`] : [];
    const parts = [...ways.flat(), ...trips, ...queuesOf(latency)];
    return besideEachOther(parts, room);
  }
}

/** Which way round trips waited, where both were loaded and that is known. */
function queuesOf(latency: EndEvent['latency']): string[] {
  const { loadedUp, loadedDown, queueUp: up, queueDown: down } = latency ?? {};
  if (!loadedUp || !loadedDown || !up || !down) return [];
  return [`queued ${arrows.up} ${millisecondsText(up.medianMs)} ${arrows.down} ${millisecondsText(down.medianMs)}`];
}

function shortMilliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}

function besideEachOther(parts: readonly string[], room: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last}  ${part}`;
    if (last !== undefined && [...joined].length <= room) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.map((line) => [...line].slice(0, room).join(''));
}
