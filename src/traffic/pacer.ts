/**
 * When load is due at a given rate. Counts from its own beginning, so that lateness of one write is made up by the
 * next and nothing drifts; but no more than `CATCH_UP_SECONDS` is ever made up in a burst. Pure.
 */

const CATCH_UP_SECONDS = 0.1;

export class Pacer {
  readonly #bytesPerSecond: number;
  readonly #blockBytes: number;
  /** When the next block is due. */
  #due: number;

  constructor(bitsPerSecond: number, blockBytes: number, now: number) {
    this.#bytesPerSecond = bitsPerSecond / 8;
    this.#blockBytes = blockBytes;
    this.#due = now;
  }

  dueAt(now: number): number {
    this.#due = Math.max(this.#due, now - Math.max(CATCH_UP_SECONDS, this.#blockBytes / this.#bytesPerSecond));
    return this.#due;
  }

  /** Whole blocks that are due by now; at least one when asked at or after `dueAt`. */
  allowedBytes(now: number): number {
    const blocks = Math.floor(((now - this.#due) * this.#bytesPerSecond) / this.#blockBytes) + 1;
    return Math.max(1, blocks) * this.#blockBytes;
  }

  sent(bytes: number): void {
    this.#due += bytes / this.#bytesPerSecond;
  }
}
