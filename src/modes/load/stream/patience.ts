/**
 * How long an end that is done waits for the far side's result. Not on the clock alone: a far side that began late ends
 * late, and a process that stood still finds what came meanwhile only afterwards. Liveness: bounded by what is asked for,
 * `waits.closeSeconds` for a late beginning, and the ticks of a process that runs.
 */
import { waits } from '../../../defaults/index.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import { deferred } from '../../../host/deferred.js';

/** A tick that comes late counts no more than one on time. */
const TICK_SECONDS = 0.05;

export class Patience {
  readonly #clock: Clock;
  readonly #startedAt: number;
  #behindSeconds = Number.POSITIVE_INFINITY;
  #cancel: Cancel = () => {};

  /** At the start of the test. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** By its own count the far side is so far. */
  heard(farSeconds: number): void {
    const behind = this.#clock.now() - this.#startedAt - farSeconds;
    this.#behindSeconds = Math.min(this.#behindSeconds, Math.max(0, behind));
  }

  /** Settles at this moment of a far side that began on time, and so many seconds. */
  exhausted(from: number, seconds: number): Promise<void> {
    const { promise, resolve } = deferred<void>();
    const late = Number.isFinite(this.#behindSeconds) ? Math.min(this.#behindSeconds, waits.closeSeconds) : 0;
    let left = seconds + late;
    const tick = () => {
      if (left <= 0) return resolve();
      const next = Math.min(left, TICK_SECONDS);
      left -= next;
      this.#cancel = this.#clock.at(this.#clock.now() + next, tick);
    };
    this.#cancel = this.#clock.at(from, tick);
    return promise;
  }

  stop(): void {
    this.#cancel();
  }
}
