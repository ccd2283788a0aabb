/**
 * Fills a channel with load as fast as back-pressure, and the rate asked for, allow. Liveness: every batch ends when
 * the kernel has taken it; the deadline, the last byte, or the word to stop ends the whole, batch in flight or not.
 */
import type { Cancel, Clock } from '../host/clock.js';
import { deferred } from '../host/deferred.js';
import type { Pacing } from '../measure/packets/pacing.js';
import type { Span } from '../measure/span.js';
import { Timeline, type TimelineOptions } from '../measure/timeline.js';
import type { LoadWriter } from '../transport/channel.js';
import { BatchSize } from './batch-size.js';
import { Schedule } from './schedule.js';
import type { Standstill } from './standstill.js';

interface SenderOptions extends Omit<TimelineOptions, 'intervalSeconds'> {
  /** Ends the test when the kernel has taken this many payload bytes, unless its seconds are over before. */
  readonly bytes?: number | undefined;
  /** 0 is no ceiling. */
  readonly bitsPerSecond: number;
  /** Blocks are packets, which go whole or not at all: what is being written in the end counts as sent. */
  readonly sendsPackets?: boolean;
  /** Before the load, as far as known; else 0. */
  readonly roundTripSeconds: number;
  readonly clock: Clock;
  /** Of this process, which no connection is to be blamed for. */
  readonly standstill?: Pick<Standstill, 'seconds'> | undefined;
  /** Of a paced sender: these blocks will never be sent, since the connection took none when they were due. */
  readonly onSkipped?: (blocks: number) => void;
}

/** Sends from now on. */
export function startSender(writer: LoadWriter, options: SenderOptions): Sender {
  const sender = new Sender(writer, options);
  sender.begin();
  return sender;
}

export type { Sender };

class Sender {
  readonly #finished = deferred<Span>();
  readonly #writer: LoadWriter;
  readonly #options: SenderOptions;
  readonly #timeline: Timeline;
  readonly #batch: BatchSize;
  readonly #schedule: Schedule | undefined;
  #writtenBytes = 0;
  #running = true;
  #cancelCut: Cancel = () => {};
  #cancelWait: Cancel = () => {};

  constructor(writer: LoadWriter, options: SenderOptions) {
    const { clock, bitsPerSecond, standstill, onSkipped = () => {} } = options;
    const now = clock.now();
    this.#writer = writer;
    this.#options = options;
    this.#timeline = new Timeline({ ...options, intervalSeconds: 0 }, now);
    this.#batch = new BatchSize(writer.blockBytes, writer.maxBytes, options.roundTripSeconds, now);
    const { blockBytes, burstSeconds } = writer;
    const schedule = { ...options, blockBytes, burstSeconds, end: this.#timeline.deadline, onSkipped };
    const stalledSeconds = () => standstill?.seconds ?? 0;
    if (bitsPerSecond > 0) this.#schedule = new Schedule({ ...schedule, stalledSeconds }, now);
  }

  begin(): void {
    this.#armCut();
    this.#writeNext();
  }

  /** What the kernel took; settles when sending ends. */
  get finished(): Promise<Span> {
    return this.#finished.promise;
  }

  get bytes(): number {
    return this.#writer.takenBytes;
  }

  /** Given to the writer so far, whether the kernel has it or not. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Undefined without a rate to keep. */
  get pacing(): Pacing | undefined {
    return this.#schedule?.figures();
  }

  /** Ends sending now; what is in flight is counted as far as the kernel took it, but for packets. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#cancelCut();
    this.#cancelWait();
    const now = this.#options.clock.now();
    if (now >= this.#timeline.deadline || this.#options.bytes === undefined) this.#schedule?.end(now);
    const bytes = this.#options.sendsPackets ? this.#writtenBytes : this.#writer.takenBytes;
    this.#finished.resolve(this.#timeline.finish(now, bytes).total);
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
    if (!this.#running) return;
    const now = this.#options.clock.now();
    const bytes = this.#nextBytes(now);
    if (bytes === 0) {
      this.#waitUntilDue();
      return;
    }
    this.#schedule?.wrote(bytes / this.#writer.blockBytes, now);
    this.#writtenBytes += bytes;
    this.#writer.write(bytes, () => this.#taken());
  }

  /** 0 when nothing is due. */
  #nextBytes(now: number): number {
    const due = this.#schedule?.dueBlocks(now);
    if (due === 0) return 0;
    const batch = this.#batch.next(now, this.#writer.takenBytes);
    this.#writer.limitUnsent(this.#batch.unsentBytes);
    const allowed = due === undefined ? batch : Math.min(batch, due * this.#writer.blockBytes);
    return Math.min(allowed, (this.#options.bytes ?? Number.POSITIVE_INFINITY) - this.#writtenBytes);
  }

  #waitUntilDue(): void {
    const due = this.#schedule?.dueAt ?? 0;
    if (due < Number.POSITIVE_INFINITY) this.#cancelWait = this.#options.clock.at(due, () => this.#writeNext());
  }

  #taken(): void {
    this.#schedule?.taken(this.#options.clock.now());
    if (this.#writtenBytes === this.#options.bytes) this.stop();
    // A turn of the event loop between batches: reading, timers and control messages are never starved by writing.
    else if (this.#running) this.#options.clock.turn(() => this.#writeNext());
  }
}
