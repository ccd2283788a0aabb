/**
 * Counts numbered packets as they arrive on a channel. What its sender says to have sent, which comes behind them all,
 * ends it. Liveness: without that word the deadline and its grace do.
 */
import { packetBounds } from '../defaults/index.js';
import { type PacketFigures, PacketMeter, type PacketSummary } from '../measure/packets.js';
import type { Span } from '../measure/span.js';
import type { IntervalRecord } from '../measure/timeline.js';
import { readPacketHeader } from '../protocol/packet-header.js';
import type { Channel, LoadSink } from '../transport/channel.js';
import { Receiver, type ReceiverOptions } from './receiver.js';

export interface PacketReceiverOptions extends Omit<ReceiverOptions, 'onInterval' | 'onCounting' | 'bytes'> {
  /** Any other size is malformed; without it, none is. */
  readonly packetBytes?: number;
  /** What the sender is to keep to; 0 is no rate. */
  readonly bitsPerSecond: number;
  readonly onInterval: (record: IntervalRecord, packets: PacketFigures) => void;
}

export class PacketReceiver {
  readonly #meter: PacketMeter;
  /** Where the receiver of bytes expects them. */
  readonly #port: { sink: LoadSink | undefined } = { sink: undefined };
  readonly #receiver: Receiver;

  constructor(channel: Pick<Channel, 'packets'>, options: PacketReceiverOptions) {
    const { clock, packetBytes, onInterval } = options;
    this.#meter = new PacketMeter(largestJump(options));
    this.#receiver = new Receiver(this.#port, {
      ...options,
      onInterval: (record) => onInterval(record, this.#meter.cut()),
      onCounting: () => this.#meter.beginCounting(),
    });
    channel.packets = (head, bytes, arrivedAt = clock.now()) => {
      if (!this.#receiver.running) return;
      const header = bytes === (packetBytes ?? bytes) ? readPacketHeader(head) : undefined;
      if (this.#meter.add(header, arrivedAt * 1000)) this.#port.sink?.arrived(bytes);
    };
  }

  get finished(): Promise<Span> {
    return this.#receiver.finished;
  }

  get bytes(): number {
    return this.#receiver.bytes;
  }

  get begun(): boolean {
    return this.#receiver.begun;
  }

  /** The sender's final count; false when it cannot be true. */
  peerSent(packets: number): boolean {
    if (!this.#meter.believes(packets - 1)) return false;
    this.#meter.sent(packets);
    this.stop();
    return true;
  }

  windUp(): void {
    this.#receiver.windUp();
  }

  stop(): void {
    this.#receiver.stop();
  }

  get packets(): PacketSummary {
    return this.#meter.summary();
  }
}

function largestJump({ bitsPerSecond, packetBytes = Number.POSITIVE_INFINITY }: PacketReceiverOptions): number {
  const packetsPerSecond = bitsPerSecond / (8 * packetBytes);
  return Math.max(packetBounds.sequenceJump, packetBounds.jumpSeconds * packetsPerSecond);
}
