/**
 * Counts numbered packets as they arrive on a channel. What its sender says to have sent, which comes behind them all,
 * ends it. Liveness: without that word the deadline and its grace do.
 */
import { packetBounds } from '../defaults/index.js';
import { type PacketFigures, PacketMeter, type PacketSummary } from '../measure/packets.js';
import type { Span } from '../measure/span.js';
import type { IntervalRecord } from '../measure/timeline.js';
import { type PacketCodec, packetCodec } from '../protocol/packet-header.js';
import type { Channel, LoadSink } from '../transport/channel.js';
import { type Receiver, type ReceiverOptions, startReceiver } from './receiver.js';

export interface PacketReceiverOptions extends Omit<ReceiverOptions, 'onInterval' | 'onCounting' | 'bytes'> {
  /** Any other size is malformed; without it, none is. */
  readonly packetBytes?: number;
  /** Of another dialect's packets. */
  readonly codec?: PacketCodec;
  /** What the sender is to keep to; 0 is no rate. */
  readonly bitsPerSecond: number;
  readonly onInterval: (record: IntervalRecord, packets: PacketFigures) => void;
}

/** Ready for packets when it returns. */
export function startPacketReceiver(channel: Pick<Channel, 'packets'>, options: PacketReceiverOptions): PacketReceiver {
  const { clock, packetBytes, codec = packetCodec, onInterval } = options;
  const meter = new PacketMeter(largestJump(options));
  /** Where the receiver of bytes expects them. */
  const port: { sink: LoadSink | undefined } = { sink: undefined };
  const receiver = startReceiver(port, {
    ...options,
    onInterval: (record) => onInterval(record, meter.cut()),
    onCounting: () => meter.beginCounting(),
  });
  channel.packets = (head, bytes, arrivedAt = clock.now()) => {
    if (!receiver.running) return;
    const header = bytes === (packetBytes ?? bytes) ? codec.read(head) : undefined;
    if (meter.add(header, arrivedAt * 1000)) port.sink?.arrived(bytes);
  };
  return new PacketReceiver(receiver, meter);
}

export type { PacketReceiver };

class PacketReceiver {
  readonly #receiver: Receiver;
  readonly #meter: PacketMeter;

  constructor(receiver: Receiver, meter: PacketMeter) {
    this.#receiver = receiver;
    this.#meter = meter;
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
