/**
 * When load is due at a given rate. Counts from its own beginning, so that lateness of one write is made up by the
 * next and nothing drifts; but no more than `CATCH_UP_SECONDS` is ever made up in a burst: what is overdue by more is
 * given up. Pure.
 */

const CATCH_UP_SECONDS = 0.1;

export class Pacer {
  /** From one block to the next. */
  readonly blockSeconds: number;
  readonly #begun: number;
  /** Blocks sent or given up: the next one's place in the schedule. */
  #done = 0;

  constructor(bitsPerSecond: number, blockBytes: number, now: number) {
    this.blockSeconds = (8 * blockBytes) / bitsPerSecond;
    this.#begun = now;
  }

  /** When the next block is due. */
  get dueAt(): number {
    return this.#begun + this.#done * this.blockSeconds;
  }

  /** Blocks that are due by now. */
  dueBlocks(now: number): number {
    return Math.max(0, Math.floor((now - this.dueAt) / this.blockSeconds) + 1);
  }

  sent(blocks: number): void {
    this.#done += blocks;
  }

  /** Gives up the blocks that are overdue by more than may be made up, and tells how many. */
  giveUp(now: number): number {
    const overdue = now - this.dueAt - Math.max(CATCH_UP_SECONDS, this.blockSeconds);
    const blocks = Math.max(0, Math.ceil(overdue / this.blockSeconds));
    this.#done += blocks;
    return blocks;
  }
}
