/**
 * How large the bodies of uploads are: at first small, then about a second's worth, which costs little for each
 * request; half as large as one that was too large for somebody on the way. Pure.
 */

const FIRST_BYTES = 256 * 1024;
const LEAST_BYTES = 16 * 1024;
const GROWTH = 4;
const BODY_SECONDS = 1;

export class BodySize {
  #bytes: number;
  #mostBytes: number;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.#bytes = Math.min(FIRST_BYTES, mostBytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** One has arrived. What took long may only have waited for an answer: smaller than at first it gets only by force. */
  arrived(bytes: number, seconds: number): void {
    const worth = (bytes / Math.max(seconds, 1e-3)) * BODY_SECONDS;
    this.#bytes = Math.round(Math.min(Math.max(FIRST_BYTES, Math.min(worth, GROWTH * bytes)), this.#mostBytes));
  }

  /** False when it cannot be smaller. */
  wasTooLarge(bytes: number): boolean {
    this.#mostBytes = Math.min(this.#mostBytes, Math.floor(bytes / 2));
    this.#bytes = Math.min(this.#bytes, this.#mostBytes);
    return this.#mostBytes >= LEAST_BYTES;
  }
}
