/** The sender's count cut into intervals, where the receiver's dialect reports none. */
import { given } from '../../../../given.js';
import type { Cancel } from '../../../../host/clock.js';
import { type IntervalRecord, Timeline } from '../../../../measure/timeline.js';
import type { LoadSender } from '../load.js';
import type { SendingOptions } from './sending.js';

/** Until sending ends; what is returned reports the last, shorter interval, the first time. */
export function countIntervals(sender: LoadSender, { test, clock, onInterval }: SendingOptions): () => void {
  const timeline = new Timeline(test, clock.now());
  const packetsOf = test.mode === 'datagram' ? countSentPackets(test.blockBytes) : undefined;
  let running = true;
  let cancel: Cancel = () => {};
  const report = (record: IntervalRecord | undefined) =>
    record && onInterval(record, { senderCount: true, ...given({ sentPackets: packetsOf?.(record.bytes) }) });
  /** None at the deadline: the end makes the last. */
  const armCut = () => {
    if (timeline.nextCut >= timeline.deadline) return;
    cancel = clock.at(timeline.nextCut, () => {
      report(timeline.cut(clock.now(), sender.bytes));
      armCut();
    });
  };
  const stop = () => {
    if (!running) return;
    running = false;
    cancel();
    report(timeline.finish(clock.now(), sender.bytes).last);
  };
  armCut();
  void sender.finished.then(stop);
  return stop;
}

/** Packets of one size that went in each interval, from its bytes. */
export function countSentPackets(packetBytes: number): (bytes: number) => number {
  let [sentBytes, counted] = [0, 0];
  return (bytes) => {
    sentBytes += bytes;
    const packets = Math.floor(sentBytes / packetBytes) - counted;
    counted += packets;
    return packets;
  };
}
