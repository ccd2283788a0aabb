/** A few columns that show how a figure moved. Pure. */

const LEVELS = ['\u2581', '\u2582', '\u2583', '\u2584', '\u2585', '\u2586', '\u2587', '\u2588'] as const;

/** One column a value, `most` the highest. */
export function sparkline(values: readonly number[], most: number): string {
  return values.map((value) => LEVELS[levelOf(value, most)]).join('');
}

function levelOf(value: number, most: number): number {
  return most > 0 ? Math.min(LEVELS.length - 1, Math.max(0, Math.ceil((value / most) * LEVELS.length) - 1)) : 0;
}

/** Values of a whole test in bounded room: of a long one the means of neighbours. */
export class Course {
  readonly #most: number;
  #values: number[] = [];
  #size = 1;
  #open: number[] = [];

  /** Keeps at most so many, an even number. */
  constructor(most: number) {
    this.#most = most;
  }

  add(value: number): void {
    this.#open.push(value);
    if (this.#open.length < this.#size) return;
    this.#values.push(mean(this.#open));
    this.#open = [];
    if (this.#values.length < this.#most) return;
    this.#values = squeezed(this.#values, this.#most / 2);
    this.#size *= 2;
  }

  /** The means of as many stretches, or fewer. */
  columns(count: number): number[] {
    return squeezed(this.#values, count);
  }
}

function squeezed(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  const edge = (i: number) => Math.round((i * values.length) / count);
  return Array.from({ length: count }, (_, i) => mean(values.slice(edge(i), edge(i + 1))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
