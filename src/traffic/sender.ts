/**
 * Fills a channel with load as fast as back-pressure, and the rate asked for, allow. Liveness: every batch ends when
 * the kernel has taken it; the deadline, the last byte, or the word to stop ends the whole, batch in flight or not.
 */
import type { Span } from '../events.js';
import type { Cancel, Clock } from '../host/clock.js';
import { Timeline } from '../measure/timeline.js';
import type { LoadWriter } from '../transport/channel.js';
import { BatchSize } from './batch-size.js';
import { Pacer } from './pacer.js';

export interface SenderOptions {
  readonly omitSeconds: number;
  readonly seconds: number;
  /** Ends the test when the kernel has taken this many payload bytes. */
  readonly bytes?: number | undefined;
  /** 0 is no ceiling. */
  readonly bitsPerSecond: number;
  /** Before the load, as far as known; else 0. */
  readonly roundTripSeconds: number;
  readonly clock: Clock;
}

export class Sender {
  /** What the kernel took; settles when sending ends. */
  readonly finished: Promise<Span>;
  readonly #writer: LoadWriter;
  readonly #options: SenderOptions;
  readonly #timeline: Timeline;
  readonly #batch: BatchSize;
  readonly #pacer: Pacer | undefined;
  #writtenBytes = 0;
  #running = true;
  #cancelCut: Cancel = () => {};
  #cancelWait: Cancel = () => {};
  #settle: (total: Span) => void = () => {};

  /** Starts at once. */
  constructor(writer: LoadWriter, options: SenderOptions) {
    const { clock, bitsPerSecond } = options;
    const now = clock.now();
    this.#writer = writer;
    this.#options = options;
    this.#timeline = new Timeline({ ...options, intervalSeconds: 0 }, now);
    this.#batch = new BatchSize(writer.blockBytes, writer.maxBytes, options.roundTripSeconds, now);
    this.#pacer = bitsPerSecond > 0 ? new Pacer(bitsPerSecond, writer.blockBytes, now) : undefined;
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#armCut();
    this.#writeNext();
  }

  get bytes(): number {
    return this.#writer.takenBytes;
  }

  /** Ends sending now; what is in flight is counted as far as the kernel took it. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#cancelCut();
    this.#cancelWait();
    this.#settle(this.#timeline.finish(this.#options.clock.now(), this.#writer.takenBytes).total);
  }

  #armCut(): void {
    const { clock } = this.#options;
    this.#cancelCut = clock.at(this.#timeline.nextCut, () => {
      const now = clock.now();
      if (now >= this.#timeline.deadline) return this.stop();
      this.#timeline.cut(now, this.#writer.takenBytes);
      this.#armCut();
    });
  }

  #writeNext(): void {
    const { clock } = this.#options;
    if (!this.#running) return;
    const now = clock.now();
    const due = this.#pacer?.dueAt(now) ?? now;
    if (due > now) {
      this.#cancelWait = clock.at(due, () => this.#writeNext());
      return;
    }
    const bytes = this.#nextBytes(now);
    this.#pacer?.sent(bytes);
    this.#writtenBytes += bytes;
    this.#writer.write(bytes, () => this.#taken());
  }

  #nextBytes(now: number): number {
    const batch = this.#batch.next(now, this.#writer.takenBytes);
    this.#writer.limitUnsent(this.#batch.unsentBytes);
    const allowed = this.#pacer ? Math.min(batch, this.#pacer.allowedBytes(now)) : batch;
    return Math.min(allowed, (this.#options.bytes ?? Number.POSITIVE_INFINITY) - this.#writtenBytes);
  }

  #taken(): void {
    if (this.#writtenBytes === this.#options.bytes) this.stop();
    // A turn of the event loop between batches: reading, timers and control messages are never starved by writing.
    else if (this.#running) setImmediate(() => this.#writeNext());
  }
}
