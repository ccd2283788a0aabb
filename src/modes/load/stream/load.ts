/** What a stream carries: how its load is sent, and what the receiver makes of it. */
import type { Clock } from '../../../host/clock.js';
import type { Pacing } from '../../../measure/packets/pacing.js';
import type { PacketFigures, PacketSummary } from '../../../measure/packets/packets.js';
import type { Span } from '../../../measure/span.js';
import type { IntervalRecord } from '../../../measure/timeline.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { PacketCodec } from '../../../protocol/packet-header.js';
import type { Standstill } from '../../../traffic/standstill.js';
import type { Data, Stamp } from '../../../transport/channel.js';

export interface LoadSender {
  /** What was sent; settles when sending ends. */
  readonly finished: Promise<Span>;
  /** Sent so far. */
  readonly bytes: number;
  /** The same with what the kernel has not taken yet: no more can have arrived. */
  readonly writtenBytes: number;
  /** Packets that there were so far, sent or skipped. */
  readonly packets?: number;
  /** Of load at a given rate. */
  readonly pacing?: Pacing | undefined;
  stop(): void;
}

export interface LoadReceiver {
  /** What arrived; settles when counting ends. */
  readonly finished: Promise<Span>;
  /** Arrived so far. */
  readonly bytes: number;
  /** Something has arrived, or counting has ended. */
  readonly begun: boolean;
  /** Of numbered packets. */
  readonly packets?: PacketSummary;
  /** Ends counting as soon as nothing more is on its way. */
  windUp(): void;
  stop(): void;
  /** The sender's final count, where it has one; false when it cannot be true. */
  peerSent?(packets: number): boolean;
}

export interface ReceiveOptions {
  readonly test: TestPlan;
  readonly clock: Clock;
  /** Packets of any size are taken, not of `blockBytes` alone. */
  readonly anyPacketSize: boolean;
  /** How packets are numbered, where not as in wperf.v1. */
  readonly codec?: PacketCodec;
  /** For the word of how many packets there were. */
  readonly graceSeconds?: number;
  readonly onInterval: (record: IntervalRecord, packets?: PacketFigures) => void;
}

interface SendOptions {
  readonly test: TestPlan;
  readonly clock: Clock;
  /** Before the load, as far as known; else 0. */
  readonly roundTripSeconds: number;
  /** Of this process, which no connection is to be blamed for. */
  readonly standstill?: Pick<Standstill, 'seconds'> | undefined;
  /** How much load may be kept ready. */
  readonly maxBytes: number;
  /** Behind the last packet: the number that the next would have had. */
  readonly saySent: (packets: number) => void;
  /** Fills the first bytes of each message, where they are no packets. */
  readonly stamp?: Stamp;
  /** How packets are numbered, where not as in wperf.v1. */
  readonly codec?: PacketCodec;
  /** The clock of packets' stamps, in nanoseconds; the monotonic one unless given. */
  readonly stampNs?: () => number;
}

export interface Load {
  /** How long after its deadline a receiver may still be waiting for what is on its way. */
  readonly graceSeconds: number;
  receive(data: Data, options: ReceiveOptions): LoadReceiver;
  /** Starts at once. */
  send(data: Data, options: SendOptions): LoadSender;
}
