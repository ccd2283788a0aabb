/** Ends a test whose load is more than the server allows. Liveness: one timer, until it is cancelled. */
import { serverRate } from '../../defaults/index.js';
import type { Cancel, Clock } from '../../host/clock.js';
import type { RateLimit } from '../../plan/plan.js';

interface RateWatch {
  readonly limit: RateLimit;
  readonly clock: Clock;
  /** That paced senders may be ahead by. */
  readonly slackBytes: number;
  /** Moved so far. */
  readonly bytes: () => number;
  readonly onExceeded: () => void;
}

/** From now on. */
export function watchRate({ limit, clock, slackBytes, bytes, onExceeded }: RateWatch): Cancel {
  const allowance = new Allowance(limit, slackBytes, clock.now());
  let cancel: Cancel = () => {};
  const look = () => {
    const now = clock.now();
    if (!allowance.covers(bytes(), now)) return onExceeded();
    cancel = clock.at(now + limit.seconds / serverRate.looks, look);
  };
  look();
  return () => cancel();
}

/**
 * What may be moved in each span of the limit's seconds. What one leaves over the next may have too: load that the path
 * held up comes late, and the first may have what was due before it.
 */
export class Allowance {
  readonly #bytesPerSecond: number;
  readonly #seconds: number;
  readonly #slackBytes: number;
  #since: number;
  #bytesBefore = 0;
  #savedBytes: number;

  constructor({ bitsPerSecond, seconds }: RateLimit, slackBytes: number, now: number) {
    this.#bytesPerSecond = (serverRate.tolerance * bitsPerSecond) / 8;
    this.#seconds = seconds;
    this.#slackBytes = slackBytes;
    this.#savedBytes = this.#bytesPerSecond * Math.min(seconds, serverRate.aheadSeconds);
    this.#since = now;
  }

  /** False once the average of a span is bound to be more than it may be. */
  covers(bytes: number, now: number): boolean {
    const elapsed = now - this.#since;
    const allowed = this.#bytesPerSecond * Math.max(elapsed, this.#seconds) + this.#savedBytes;
    const left = allowed - (bytes - this.#bytesBefore);
    if (left + this.#slackBytes < 0) return false;
    if (elapsed < this.#seconds) return true;
    this.#since = now;
    this.#bytesBefore = bytes;
    this.#savedBytes = Math.min(left, this.#bytesPerSecond * this.#seconds);
    return true;
  }
}
