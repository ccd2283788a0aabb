/** For how long nobody saw the page: browsers slow down what nobody looks at. */
import type { Clock } from '../../src/host/clock.js';

export class Background {
  readonly #clock: Clock;
  #since: number | undefined;
  #seconds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In all, until now. */
  get seconds(): number {
    return this.#seconds + (this.#since === undefined ? 0 : this.#clock.now() - this.#since);
  }

  turn(hidden: boolean): void {
    this.#seconds = this.seconds;
    this.#since = hidden ? this.#clock.now() : undefined;
  }
}
