/**
 * How much to write at once: about a millisecond's worth at the rate seen lately, in whole blocks. One large write
 * costs far less than many small ones, but on a slow link it would stand in front of every control message. So it
 * starts at one block and at most doubles each time the rate has been looked at. Pure.
 */

const WORTH_SECONDS = 0.001;
const LOOK_SECONDS = 0.01;

export class BatchSize {
  readonly #blockBytes: number;
  readonly #maxBytes: number;
  #bytes: number;
  #lookedAt: number;
  #lookedBytes = 0;

  constructor(blockBytes: number, maxBytes: number, now: number) {
    this.#blockBytes = blockBytes;
    this.#maxBytes = maxBytes;
    this.#bytes = blockBytes;
    this.#lookedAt = now;
  }

  /** `takenBytes` is the running count of what the kernel took. */
  next(now: number, takenBytes: number): number {
    const seconds = now - this.#lookedAt;
    if (seconds < LOOK_SECONDS) return this.#bytes;
    const worth = ((takenBytes - this.#lookedBytes) / seconds) * WORTH_SECONDS;
    const blocks = Math.max(1, Math.floor(Math.min(worth, 2 * this.#bytes, this.#maxBytes) / this.#blockBytes));
    this.#bytes = blocks * this.#blockBytes;
    this.#lookedAt = now;
    this.#lookedBytes = takenBytes;
    return this.#bytes;
  }
}
