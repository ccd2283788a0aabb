/**
 * Holds what is sent until its simulated delay has passed, never less. Order is kept, as TCP keeps it, but for what may
 * overtake its like: packets among each other. Liveness: whatever is in the line has a moment at which it is due; one
 * that cannot be sent on then holds up the rest until `resume`.
 */
import type { Cancel, Clock } from '../../host/clock.js';

/** Sends it on; false where that is not possible yet. */
type Release = () => boolean;

interface Delayed {
  readonly due: number;
  readonly release: Release;
}

export class DelayLine {
  readonly #clock: Clock;
  readonly #delaySeconds: () => number;
  /** By due time. */
  #queue: Delayed[] = [];
  /** Those before it in the queue are gone. */
  #first = 0;
  /** When the last is due of all that came so far, and of all that nothing may overtake. */
  #lastDue = 0;
  #barrier = 0;
  #cancel: Cancel = () => {};
  #ended = false;

  /** `delaySeconds` is asked for each thing that is sent. */
  constructor(clock: Clock, delaySeconds: () => number) {
    this.#clock = clock;
    this.#delaySeconds = delaySeconds;
  }

  get length(): number {
    return this.#queue.length - this.#first;
  }

  /** Returns when it is due. */
  push(release: Release, mayOvertake = false): number {
    const due = Math.max(this.#clock.now() + this.#delaySeconds(), mayOvertake ? this.#barrier : this.#lastDue);
    this.#lastDue = Math.max(this.#lastDue, due);
    if (!mayOvertake) this.#barrier = due;
    if (this.#ended) return due;
    this.#insert({ due, release });
    if (this.#queue[this.#first]?.release === release) this.resume();
    return due;
  }

  /** Sends on what is due. */
  resume(): void {
    this.#cancel();
    for (;;) {
      const next = this.#queue[this.#first];
      if (!next) return;
      if (next.due > this.#clock.now()) {
        this.#cancel = this.#clock.at(next.due, () => this.resume());
        return;
      }
      if (!next.release()) return;
      this.#forgetFirst();
    }
  }

  /** Forgets everything, now and from now on. */
  end(): void {
    this.#ended = true;
    this.#cancel();
    this.#queue = [];
    this.#first = 0;
  }

  /** Behind all that are due no later. */
  #insert(entry: Delayed): void {
    let [low, high] = [this.#first, this.#queue.length];
    if ((this.#queue[high - 1]?.due ?? 0) <= entry.due) low = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#queue[middle]?.due ?? 0) > entry.due) high = middle;
      else low = middle + 1;
    }
    this.#queue.splice(low, 0, entry);
  }

  #forgetFirst(): void {
    this.#first += 1;
    if (this.#first < this.#queue.length / 2) return;
    this.#queue.splice(0, this.#first);
    this.#first = 0;
  }
}
