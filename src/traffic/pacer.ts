/**
 * When load is due at a given rate. Counts from its own beginning, so that lateness of one write is made up by the
 * next and nothing drifts; but only so much is ever made up: what is overdue by more is given up. Pure.
 */

export class Pacer {
  /** From one block to the next. */
  readonly blockSeconds: number;
  readonly #begun: number;
  readonly #catchUpSeconds: number;
  /** Blocks sent or given up: the next one's place in the schedule. */
  #done = 0;

  /** A block's own time is made up even where `catchUpSeconds` is shorter. */
  constructor(bitsPerSecond: number, blockBytes: number, catchUpSeconds: number, now: number) {
    this.blockSeconds = (8 * blockBytes) / bitsPerSecond;
    this.#catchUpSeconds = Math.max(catchUpSeconds, this.blockSeconds);
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
    const overdue = now - this.dueAt - this.#catchUpSeconds;
    const blocks = Math.max(0, Math.ceil(overdue / this.blockSeconds));
    this.#done += blocks;
    return blocks;
  }
}
