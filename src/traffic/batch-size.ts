/**
 * How much to write at once, and how much to leave waiting. One large write costs far less than many small ones, but on
 * a slow link it would stand in front of every control message. So a batch is about a millisecond's worth at the rate
 * seen lately, in whole blocks; it starts at one block and at most doubles each time the rate is looked at. Pure.
 */
import { blocksIn } from '../transport/channel.js';

const BATCH_SECONDS = 0.001;
const LOOK_SECONDS = 0.01;
/** Of what was seen before; so that a rate stands for some 50 ms. */
const MEMORY = 0.8;
/**
 * Waiting in the kernel, beside a round trip's worth, since acknowledgements may free that much at once: enough to
 * bridge a busy event loop, little enough for a control message to get by.
 */
const UNSENT_SECONDS = 0.02;
const LEAST_UNSENT_BYTES = 32 * 1024;

export class BatchSize {
  readonly #blockBytes: number;
  readonly #maxBytes: number;
  readonly #unsentSeconds: number;
  #bytes: number;
  #bytesPerSecond = 0;
  #lookedAt: number;
  #lookedBytes = 0;

  constructor(blockBytes: number, maxBytes: number, roundTripSeconds: number, now: number) {
    this.#blockBytes = blockBytes;
    this.#maxBytes = maxBytes;
    this.#bytes = blockBytes;
    this.#unsentSeconds = UNSENT_SECONDS + roundTripSeconds;
    this.#lookedAt = now;
  }

  /** What may wait in the kernel unsent. */
  get unsentBytes(): number {
    return Math.max(LEAST_UNSENT_BYTES, this.#bytesPerSecond * this.#unsentSeconds);
  }

  /** `takenBytes` is the running count of what the kernel took. */
  next(now: number, takenBytes: number): number {
    const seconds = now - this.#lookedAt;
    if (seconds < LOOK_SECONDS) return this.#bytes;
    const seen = (takenBytes - this.#lookedBytes) / seconds;
    this.#bytesPerSecond = MEMORY * this.#bytesPerSecond + (1 - MEMORY) * seen;
    const worth = Math.min(seen * BATCH_SECONDS, 2 * this.#bytes, this.#maxBytes);
    this.#bytes = blocksIn(worth, this.#blockBytes) * this.#blockBytes;
    this.#lookedAt = now;
    this.#lookedBytes = takenBytes;
    return this.#bytes;
  }
}
