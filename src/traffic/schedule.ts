/**
 * A paced sender's schedule, and what it had to leave out of it: blocks whose time passed while the connection took
 * nothing were skipped, the fault of the path; time in which this process did not get to send was lost, its own.
 */
import type { Pacing } from '../measure/packets/pacing.js';
import { CatchUp } from './catch-up.js';
import { Pacer } from './pacer.js';

/** What a busy machine may cost in one go. */
const STALL_SECONDS = 0.1;
/** To wake for each packet costs both ends more than the packets do: what falls due in so long goes together. */
const GROUP_SECONDS = 0.0001;
/** TCP begins slowly: after so many round trips its window holds what any usual rate needs. */
const SLOW_START_ROUND_TRIPS = 4;

interface ScheduleOptions {
  readonly bitsPerSecond: number;
  readonly blockBytes: number;
  /** Before the load, as far as known; else 0. */
  readonly roundTripSeconds: number;
  /** Blocks that are due later are none of this schedule's; infinite where something else ends the load. */
  readonly end: number;
  /** What is overdue goes in bursts of at most so long, and no faster than `CatchUp` has it; unlimited unless given. */
  readonly burstSeconds?: number | undefined;
  /** How long this process has not run at all, so far. */
  readonly stalledSeconds: () => number;
  /** These blocks will never be sent: the connection took none when they were due. */
  readonly onSkipped: (blocks: number) => void;
}

export class Schedule {
  readonly #pacer: Pacer;
  readonly #catchUp: CatchUp | undefined;
  /** From when the first block of a group is due until the last one is. */
  readonly #groupSeconds: number;
  readonly #onSkipped: (blocks: number) => void;
  readonly #stalledSeconds: () => number;
  /** A block belongs to the time before the end when the middle of its place does; the first always does. */
  readonly #lastDueAt: number;
  /** Since the sender was last on time. */
  #heldSeconds = 0;
  /** Since when, in time that this process ran, the connection has not taken what was written. */
  #heldSince: number | undefined;
  #ranUntil = Number.NEGATIVE_INFINITY;
  #skipped = 0;
  #lateSeconds = 0;

  constructor(options: ScheduleOptions, now: number) {
    const { bitsPerSecond, blockBytes, roundTripSeconds, end, burstSeconds } = options;
    const catchUpSeconds = STALL_SECONDS + SLOW_START_ROUND_TRIPS * roundTripSeconds;
    this.#pacer = new Pacer(bitsPerSecond, blockBytes, catchUpSeconds, now);
    const { blockSeconds } = this.#pacer;
    this.#lastDueAt = Math.max(now, end - blockSeconds / 2);
    const grouped = burstSeconds === undefined ? 1 : Math.max(1, Math.floor(GROUP_SECONDS / blockSeconds));
    this.#groupSeconds = (grouped - 1) * blockSeconds;
    if (burstSeconds !== undefined) this.#catchUp = new CatchUp(blockSeconds, burstSeconds, now);
    this.#onSkipped = options.onSkipped;
    this.#stalledSeconds = options.stalledSeconds;
  }

  /** When the next blocks may go; infinite when none is left. */
  get dueAt(): number {
    const { dueAt } = this.#pacer;
    if (dueAt > this.#lastDueAt) return Number.POSITIVE_INFINITY;
    const groupDueAt = Math.min(dueAt + this.#groupSeconds, this.#lastDueAt);
    return Math.max(groupDueAt, this.#catchUp?.readyAt ?? dueAt);
  }

  /** Blocks to send now; none before their time. */
  dueBlocks(now: number): number {
    this.#ran(now);
    if (now < this.#pacer.dueAt) {
      this.#heldSeconds = 0;
      return 0;
    }
    this.#giveUp(now);
    return Math.min(this.#dueBlocks(now), this.#catchUp?.blocks(now) ?? Number.POSITIVE_INFINITY);
  }

  wrote(blocks: number, now: number): void {
    this.#pacer.sent(blocks);
    this.#catchUp?.sent(blocks);
    this.#heldSince = this.#ran(now);
  }

  /** The connection has taken what was written. */
  taken(now: number): void {
    this.#heldSeconds = this.#heldUntil(now);
    this.#heldSince = undefined;
  }

  /** No more will be sent: what is overdue and held up, more than just in its turn, was skipped. */
  end(now: number): void {
    const overdueSeconds = now - this.#pacer.dueAt;
    if (overdueSeconds > STALL_SECONDS / 2 && this.#isHeld(now)) this.#skip(this.#dueBlocks(now));
  }

  figures(): Pacing {
    return { skipped: this.#skipped, lateSeconds: this.#lateSeconds };
  }

  #dueBlocks(now: number): number {
    return this.#pacer.dueBlocks(Math.min(now, this.#lastDueAt));
  }

  #giveUp(now: number): void {
    const held = this.#isHeld(now);
    const blocks = this.#pacer.giveUp(Math.min(now, this.#lastDueAt));
    if (held) this.#skip(blocks);
    else this.#lateSeconds += blocks * this.#pacer.blockSeconds;
  }

  /** The connection, rather than this process, is why blocks are overdue. */
  #isHeld(now: number): boolean {
    const heldSeconds = this.#heldUntil(now);
    return heldSeconds > 0 && heldSeconds >= (now - this.#pacer.dueAt) / 2;
  }

  #heldUntil(now: number): number {
    return this.#heldSeconds + (this.#heldSince === undefined ? 0 : this.#ran(now) - this.#heldSince);
  }

  /** Never goes back: a standstill may begin between the look at the clock that gave `now` and this one. */
  #ran(now: number): number {
    this.#ranUntil = Math.max(this.#ranUntil, now - this.#stalledSeconds());
    return this.#ranUntil;
  }

  #skip(blocks: number): void {
    this.#skipped += blocks;
    if (blocks > 0) this.#onSkipped(blocks);
  }
}
