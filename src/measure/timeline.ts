/**
 * One end's view of one stream in one direction: cuts a running byte count into intervals, leaves out the omitted
 * beginning, and says when the next cut is due. Pure: moments (seconds of a monotonic clock) and counts come in.
 */
import type { Span } from './span.js';

export interface TimelineOptions {
  readonly omitSeconds: number;
  readonly seconds: number;
  /** 0 makes no intervals. */
  readonly intervalSeconds: number;
}

export interface IntervalRecord extends Span {
  /** Counts from 0 in each phase; a number is left out when a cut came so late that it covers two. */
  readonly index: number;
  readonly omitted: boolean;
}

export class Timeline {
  /** What comes is left out. */
  omitting: boolean;
  readonly #options: TimelineOptions;
  readonly #begun: number;
  /** Beginning and base count of the phase: the omitted seconds, or the seconds that count. */
  #phaseStart: number;
  #phaseBytes = 0;
  #cutAt: number;
  #cutBytes = 0;
  #index = 0;

  constructor(options: TimelineOptions, now: number) {
    this.#options = options;
    this.#begun = now;
    this.#phaseStart = now;
    this.#cutAt = now;
    this.omitting = options.omitSeconds > 0;
  }

  get deadline(): number {
    return this.#begun + this.#options.omitSeconds + this.#options.seconds;
  }

  /** When `cut` is due next; never after the deadline. */
  get nextCut(): number {
    const { intervalSeconds, omitSeconds } = this.#options;
    const phaseEnd = this.omitting ? this.#begun + omitSeconds : this.deadline;
    if (intervalSeconds === 0) return phaseEnd;
    return Math.min(phaseEnd, this.#nominalStart + (this.#index + 1) * intervalSeconds);
  }

  /** Closes the running interval and, at its end, the omitted phase. Nothing when there are no intervals. */
  cut(now: number, bytes: number): IntervalRecord | undefined {
    const record = this.#record(now, bytes);
    const endsOmission = this.omitting && now >= this.#begun + this.#options.omitSeconds;
    this.#cutAt = now;
    this.#cutBytes = bytes;
    this.#index = this.#nextIndex(now);
    if (endsOmission) this.#beginCounting(now, bytes);
    return record;
  }

  /** The last, shorter interval if anything is left of one, and the whole that counts. */
  finish(now: number, bytes: number): { last: IntervalRecord | undefined; total: Span } {
    const last = now > this.#cutAt ? this.#record(now, bytes) : undefined;
    const total = this.omitting
      ? { start: 0, end: 0, bytes: 0 }
      : { start: 0, end: now - this.#phaseStart, bytes: bytes - this.#phaseBytes };
    return { last, total };
  }

  #record(now: number, bytes: number): IntervalRecord | undefined {
    if (this.#options.intervalSeconds === 0) return undefined;
    return {
      index: this.#index,
      omitted: this.omitting,
      start: this.#cutAt - this.#phaseStart,
      end: now - this.#phaseStart,
      bytes: bytes - this.#cutBytes,
    };
  }

  /** When the phase should have begun. */
  get #nominalStart(): number {
    return this.omitting ? this.#begun : this.#begun + this.#options.omitSeconds;
  }

  #nextIndex(now: number): number {
    const { intervalSeconds } = this.#options;
    if (intervalSeconds === 0) return 0;
    return Math.max(this.#index + 1, Math.floor((now - this.#nominalStart) / intervalSeconds + 1e-9));
  }

  #beginCounting(now: number, bytes: number): void {
    this.omitting = false;
    this.#phaseStart = now;
    this.#phaseBytes = bytes;
    this.#index = 0;
  }
}
