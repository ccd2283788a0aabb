/**
 * How fast what is overdue is made up where nothing but the receiver's buffer takes it in: a token bucket that holds a
 * burst and fills at a few times the rate, so that no burst is longer and none is late for longer than need be. Pure.
 */

/** Times the rate asked for. */
const SPEED = 3;
/** At a low rate a burst of few packets overruns nobody. */
const LEAST_BLOCKS = 8;

export class CatchUp {
  readonly #refillSeconds: number;
  readonly #mostBlocks: number;
  /** When the bucket was, or will be, empty. */
  #emptyAt: number;

  constructor(blockSeconds: number, burstSeconds: number, now: number) {
    this.#refillSeconds = blockSeconds / SPEED;
    this.#mostBlocks = Math.max(LEAST_BLOCKS, burstSeconds / blockSeconds);
    this.#emptyAt = now - this.#mostBlocks * this.#refillSeconds;
  }

  /** From when on a block may go. */
  get readyAt(): number {
    return this.#emptyAt + this.#refillSeconds;
  }

  /** Blocks that may go now. */
  blocks(now: number): number {
    this.#emptyAt = Math.max(this.#emptyAt, now - this.#mostBlocks * this.#refillSeconds);
    return Math.floor((now - this.#emptyAt) / this.#refillSeconds);
  }

  sent(blocks: number): void {
    this.#emptyAt += blocks * this.#refillSeconds;
  }
}
