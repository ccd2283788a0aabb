/** The sender's count cut into intervals, where the receiver's dialect reports none. */
import type { Cancel, Clock } from '../../host/clock.js';
import { type IntervalRecord, Timeline, type TimelineOptions } from '../../measure/timeline.js';

export interface SenderIntervalsOptions extends TimelineOptions {
  readonly clock: Clock;
  /** Running count of what the kernel took. */
  readonly bytes: () => number;
  readonly onInterval: (record: IntervalRecord) => void;
}

export class SenderIntervals {
  readonly #options: SenderIntervalsOptions;
  readonly #timeline: Timeline;
  #cancel: Cancel = () => {};
  #running = true;

  constructor(options: SenderIntervalsOptions) {
    this.#options = options;
    this.#timeline = new Timeline(options, options.clock.now());
    this.#armCut();
  }

  /** Reports the last, shorter interval. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#cancel();
    const { last } = this.#timeline.finish(this.#options.clock.now(), this.#options.bytes());
    if (last) this.#options.onInterval(last);
  }

  /** None at the deadline: `stop` makes the last. */
  #armCut(): void {
    const { clock, bytes, onInterval } = this.#options;
    if (this.#timeline.nextCut >= this.#timeline.deadline) return;
    this.#cancel = clock.at(this.#timeline.nextCut, () => {
      const record = this.#timeline.cut(clock.now(), bytes());
      if (record) onInterval(record);
      this.#armCut();
    });
  }
}
