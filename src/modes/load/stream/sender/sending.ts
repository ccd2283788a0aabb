/** The half of a stream that sends: the load, what its kernel knows of it, and its own count where no receiver tells one. */
import { bounds } from '../../../../defaults/index.js';
import { given } from '../../../../given.js';
import type { Clock } from '../../../../host/clock.js';
import type { IntervalRecord } from '../../../../measure/timeline.js';
import type { TestPlan } from '../../../../plan/plan.js';
import type { Standstill } from '../../../../traffic/standstill.js';
import type { StreamReport } from '../figures.js';
import type { Load, LoadSender } from '../load.js';
import type { StreamLink } from '../talk.js';
import { SenderFigures } from './sender-figures.js';
import { countIntervals } from './sender-intervals.js';
import { type Unread, watchUnread } from './unread.js';

export interface SendingOptions {
  readonly stream: StreamLink;
  readonly test: TestPlan;
  /** By which this end ends by itself. */
  readonly ownTest: TestPlan;
  readonly clock: Clock;
  readonly standstill: Standstill | undefined;
  /** Of an interval that this end counts by itself. */
  readonly onInterval: (record: IntervalRecord, figures: Pick<StreamReport, 'senderCount' | 'sentPackets'>) => void;
}

export interface Sending {
  readonly sender: LoadSender;
  readonly figures: SenderFigures;
  /** Of packets at a rate, which are skipped while the connection takes none. */
  readonly unread: Unread | undefined;
  stop(): void;
}

export function startSending(load: Load, options: SendingOptions): Sending {
  const { stream, test, ownTest, clock, standstill } = options;
  const { ownIntervals, stamp, stampNs, codec, sendSeconds = test.seconds } = stream.traits ?? {};
  const figures = new SenderFigures(stream.link);
  const sender = load.send(stream.data, {
    test: { ...ownTest, seconds: sendSeconds },
    clock,
    roundTripSeconds: figures.roundTripSeconds,
    maxBytes: batchShare(test.streams),
    saySent: (packets) => stream.talk.say({ type: 'sent', packets }),
    standstill,
    ...given({ stamp, stampNs, codec: codec?.() }),
  });
  const stopIntervals = ownIntervals ? countIntervals(sender, options) : () => {};
  const skips = test.mode === 'datagram' && test.bitsPerSecond > 0;
  const unread = skips ? watchUnread(stream.link, clock) : undefined;
  const stop = () => {
    sender.stop();
    stopIntervals();
    unread?.stop();
  };
  return { sender, figures, unread, stop };
}

/** What one of many streams may hold ready, so that memory stays flat. */
function batchShare(streams: number): number {
  return Math.min(bounds.batchBytes, Math.floor((2 * bounds.batchBytes) / streams));
}
