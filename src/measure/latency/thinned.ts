/** Samples of something that goes on for long: of many, every second, fourth, eighth ... is kept. Pure. */

export class Thinned {
  #kept: number[] = [];
  #count = 0;
  #stride = 1;
  readonly #most: number;

  /** Keeps at most so many. */
  constructor(most: number) {
    this.#most = most;
  }

  /** All that were added. */
  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    if (this.#count++ % this.#stride !== 0) return;
    this.#kept.push(value);
    if (this.#kept.length < this.#most) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** In ascending order. */
  sorted(): number[] {
    return [...this.#kept].sort((a, b) => a - b);
  }
}
