/** What one stream tells of itself: while it runs, in each interval, and in the end. */
import type { Pacing } from '../../../measure/packets/pacing.js';
import type { PacketFigures, PacketSummary } from '../../../measure/packets/packets.js';
import type { Span } from '../../../measure/span.js';
import type { Statistics } from '../../../measure/statistics.js';
import type { TcpSample, TcpSummary } from '../../../measure/tcp.js';
import type { IntervalRecord } from '../../../measure/timeline.js';
import type { Usage } from '../../../measure/usage.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { LossCounts } from '../../../transport/channel.js';
import type { FarResult } from './talk.js';

/** What the receiver counted in one interval, with what the sender's kernel knew, at the end that sends. */
export interface StreamReport {
  /** True where this end sends. */
  readonly sender: boolean;
  readonly record: IntervalRecord;
  /** In a datagram test. */
  readonly packets?: PacketFigures;
  readonly tcp?: TcpSample;
  readonly statistics?: Statistics;
  /** The bytes are what this end sent after all: the far side reports no intervals. */
  readonly senderCount?: true;
  /** Of a datagram test, where `senderCount` is. */
  readonly sentPackets?: number;
}

export interface StreamOutcome {
  readonly sent?: Span;
  readonly received?: Span;
  /** What this end made of the packets that it received. */
  readonly packets?: PacketSummary;
  /** Of what this end sent at a given rate. */
  readonly pacing?: Pacing;
  /** What of this end's load was lost on a simulated path. */
  readonly simulated?: LossCounts;
  readonly tcp?: TcpSummary;
  /** Of what this end sent, as its transport knows. */
  readonly statistics?: Statistics;
  readonly congestion?: string;
  readonly usage: Usage;
  /** How long this end's process did not run at all; absent where it always did. */
  readonly stalledSeconds?: number;
  /** How long the far end left what reached it unread, where this end sends packets. */
  readonly unreadSeconds?: number;
  /** Of what this end sent, datagrams that its own system refused. */
  readonly refusedDatagrams?: number;
  /** The far side's figures; absent when they did not come in time. */
  readonly remote?: FarResult;
  /** What the far side's interval reports add up to; absent before the first that counts. */
  readonly reported?: Span;
  /** Why the test ended before its time. */
  readonly ended?: MessageOf<'end'>['reason'];
}

/** Bytes so far, by this end's own counters. */
export interface LiveCounts {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}
