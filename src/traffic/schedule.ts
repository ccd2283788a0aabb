/**
 * A paced sender's schedule, and what it had to leave out of it: blocks whose time passed while the connection took
 * nothing were skipped, the fault of the path; time in which this process did not get to send was lost, its own.
 */
import { Pacer } from './pacer.js';

export interface Pacing {
  /** Blocks that were never sent because the connection took none in time. */
  readonly skipped: number;
  /** Time by which the sender fell behind for reasons of its own. */
  readonly lateSeconds: number;
}

export class Schedule {
  readonly #pacer: Pacer;
  readonly #onSkipped: (blocks: number) => void;
  /** Since the sender was last on time. */
  #heldSeconds = 0;
  #wroteAt = 0;
  #skipped = 0;
  #lateSeconds = 0;

  constructor(bitsPerSecond: number, blockBytes: number, now: number, onSkipped: (blocks: number) => void) {
    this.#pacer = new Pacer(bitsPerSecond, blockBytes, now);
    this.#onSkipped = onSkipped;
  }

  /** When the next block is due; no later than the middle of its place, a block belongs to the time before `end`. */
  dueBefore(end: number): number {
    const { dueAt, blockSeconds } = this.#pacer;
    return dueAt + blockSeconds / 2 <= end ? dueAt : Number.POSITIVE_INFINITY;
  }

  /** Blocks to send now; none before their time. */
  dueBlocks(now: number): number {
    if (now < this.#pacer.dueAt) {
      this.#heldSeconds = 0;
      return 0;
    }
    this.#giveUp(now);
    return this.#pacer.dueBlocks(now);
  }

  wrote(blocks: number, now: number): void {
    this.#pacer.sent(blocks);
    this.#wroteAt = now;
  }

  /** The connection has taken what was written. */
  taken(now: number): void {
    this.#heldSeconds += now - this.#wroteAt;
  }

  figures(): Pacing {
    return { skipped: this.#skipped, lateSeconds: this.#lateSeconds };
  }

  #giveUp(now: number): void {
    const overdueSeconds = now - this.#pacer.dueAt;
    const blocks = this.#pacer.giveUp(now);
    if (blocks === 0) return;
    if (this.#heldSeconds >= overdueSeconds / 2) {
      this.#skipped += blocks;
      this.#onSkipped(blocks);
    } else {
      this.#lateSeconds += blocks * this.#pacer.blockSeconds;
    }
  }
}
