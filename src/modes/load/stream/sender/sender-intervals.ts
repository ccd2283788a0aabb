/** The sender's count cut into intervals, where the receiver's dialect reports none. */
import type { Cancel, Clock } from '../../../../host/clock.js';
import { type IntervalRecord, Timeline, type TimelineOptions } from '../../../../measure/timeline.js';

interface SenderIntervalsOptions extends TimelineOptions {
  readonly clock: Clock;
  /** Running count of what the kernel took. */
  readonly bytes: () => number;
  readonly onInterval: (record: IntervalRecord) => void;
}

interface SenderIntervals {
  /** Reports the last, shorter interval, the first time. */
  stop(): void;
}

export function startSenderIntervals(options: SenderIntervalsOptions): SenderIntervals {
  const { clock, bytes, onInterval } = options;
  const timeline = new Timeline(options, clock.now());
  let running = true;
  let cancel: Cancel = () => {};
  const report = (record: IntervalRecord | undefined) => record && onInterval(record);
  /** None at the deadline: `stop` makes the last. */
  const armCut = () => {
    if (timeline.nextCut >= timeline.deadline) return;
    cancel = clock.at(timeline.nextCut, () => {
      report(timeline.cut(clock.now(), bytes()));
      armCut();
    });
  };
  armCut();
  return {
    stop() {
      if (!running) return;
      running = false;
      cancel();
      report(timeline.finish(clock.now(), bytes()).last);
    },
  };
}
