/**
 * How large the bodies of uploads are: at first small, then about a quarter of a second's worth, which costs little for
 * each request and shows soon what becomes of it; half as large as one that was too large for somebody. Pure.
 */

const FIRST_BYTES = 256 * 1024;
const LEAST_BYTES = 16 * 1024;
const GROWTH = 4;
const BODY_SECONDS = 0.25;
/** Of bodies that somebody keeps back until he has them whole. */
const SPOOLED_SECONDS = 0.05;

export class BodySize {
  #bytes: number;
  #mostBytes: number;
  #seconds = BODY_SECONDS;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.#bytes = Math.min(FIRST_BYTES, mostBytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** One has arrived. */
  arrived(bytes: number, seconds: number): void {
    const worth = (bytes / Math.max(seconds, 1e-3)) * this.#seconds;
    this.#bytes = Math.round(Math.max(LEAST_BYTES, Math.min(worth, GROWTH * bytes, this.#mostBytes)));
  }

  /** False when it cannot be smaller. */
  wasTooLarge(bytes: number): boolean {
    this.#mostBytes = Math.min(this.#mostBytes, Math.floor(bytes / 2));
    this.#bytes = Math.min(this.#bytes, this.#mostBytes);
    return this.#mostBytes >= LEAST_BYTES;
  }

  wasSpooled(): void {
    this.#seconds = SPOOLED_SECONDS;
  }
}
