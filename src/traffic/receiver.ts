/**
 * Counts the load that arrives on a channel, from its first payload byte to the deadline, the last byte asked for, or
 * the word to stop. Liveness: the deadline, with its grace, bounds it once a byte has come; the caller bounds the wait
 * for that byte.
 */
import type { Cancel, Clock } from '../host/clock.js';
import { deferred } from '../host/deferred.js';
import type { Span } from '../measure/span.js';
import { type IntervalRecord, Timeline, type TimelineOptions } from '../measure/timeline.js';
import { type Channel, discard, type LoadSink } from '../transport/channel.js';

export interface ReceiverOptions extends TimelineOptions {
  /** Ends the test when this many payload bytes have arrived. */
  readonly bytes?: number | undefined;
  readonly clock: Clock;
  /** How long after the deadline, or its word to end, to go on for what is still on its way; 0 unless given. */
  readonly graceSeconds?: number;
  readonly onInterval: (record: IntervalRecord) => void;
  /** The omitted seconds are over. */
  readonly onCounting?: () => void;
}

/** Ready for load when it returns. */
export function startReceiver(channel: Pick<Channel, 'sink'>, options: ReceiverOptions): Receiver {
  const receiver = new Receiver(channel, options);
  channel.sink = receiver;
  return receiver;
}

export class Receiver implements LoadSink {
  bytes = 0;
  running = true;
  readonly #finished = deferred<Span>();
  #timeline: Timeline | undefined;
  #cancel: Cancel = () => {};
  /** Since when only what is on its way is waited for, and when the last of that came. */
  #windingSince: number | undefined;
  #lastAt = 0;
  readonly #channel: Pick<Channel, 'sink'>;
  readonly #options: ReceiverOptions;

  constructor(channel: Pick<Channel, 'sink'>, options: ReceiverOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  /** What arrived; settles when counting ends. */
  get finished(): Promise<Span> {
    return this.#finished.promise;
  }

  /** Or stopped before it could begin. */
  get begun(): boolean {
    return this.#timeline !== undefined || !this.running;
  }

  /** Ends counting as soon as nothing more is on its way, or `seconds` from now. */
  windUp(seconds = this.#options.graceSeconds ?? 0): void {
    const { clock } = this.#options;
    if (!this.running) return;
    this.#cancel();
    this.#windingSince ??= clock.now();
    if (seconds === 0) this.stop();
    else this.#cancel = clock.at(clock.now() + seconds, () => this.stop());
  }

  /** Ends counting now. */
  stop(): void {
    if (!this.running) return;
    this.running = false;
    this.#cancel();
    this.#channel.sink = discard;
    const { last, total } = this.#timeline?.finish(this.#endedAt, this.bytes) ?? nothing;
    if (last) this.#options.onInterval(last);
    this.#finished.resolve(total);
  }

  arrived(bytes: number): void {
    if (!this.#timeline) this.#begin();
    this.bytes += bytes;
    if (this.#windingSince !== undefined) this.#lastAt = this.#options.clock.now();
    const wanted = this.#options.bytes;
    if (wanted !== undefined && this.bytes >= wanted) this.stop();
  }

  /** A wait for what did not come is no part of the test. */
  get #endedAt(): number {
    return this.#windingSince === undefined ? this.#options.clock.now() : Math.max(this.#windingSince, this.#lastAt);
  }

  #begin(): void {
    this.#timeline = new Timeline(this.#options, this.#options.clock.now());
    if (this.#windingSince === undefined) this.#armCut(this.#timeline);
  }

  #armCut(timeline: Timeline): void {
    const { clock, onInterval, onCounting } = this.#options;
    this.#cancel = clock.at(timeline.nextCut, () => {
      const now = clock.now();
      if (now >= timeline.deadline) return this.windUp();
      const omitted = timeline.omitting;
      const record = timeline.cut(now, this.bytes);
      if (record) onInterval(record);
      if (omitted && !timeline.omitting) onCounting?.();
      this.#armCut(timeline);
    });
  }
}

const nothing = { last: undefined, total: { start: 0, end: 0, bytes: 0 } };
