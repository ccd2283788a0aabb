/**
 * Counts numbered packets as they arrive on a channel. What its sender says to have sent, which comes behind them all,
 * ends it. Liveness: without that word the deadline and its grace do.
 */
import { packetBounds } from '../defaults/index.js';
import { type PacketFigures, PacketMeter, type PacketSummary } from '../measure/packets/packets.js';
import type { IntervalRecord } from '../measure/timeline.js';
import { type PacketCodec, packetCodec } from '../protocol/packet-header.js';
import type { Data } from '../transport/channel.js';
import { Receiver, type ReceiverOptions } from './receiver.js';

interface PacketReceiverOptions extends Omit<ReceiverOptions, 'onInterval' | 'onCounting' | 'bytes'> {
  /** Any other size is malformed; without it, none is. */
  readonly packetBytes?: number;
  /** Of another dialect's packets. */
  readonly codec?: PacketCodec;
  /** How long to wait for packets that the word of how many there were has overtaken; 0 where it cannot. */
  readonly stragglerSeconds?: number;
  /** What the sender is to keep to; 0 is no rate. */
  readonly bitsPerSecond: number;
  readonly onInterval: (record: IntervalRecord, packets: PacketFigures) => void;
}

/** Ready for packets when it returns. */
export function startPacketReceiver(channel: Pick<Data, 'packets'>, options: PacketReceiverOptions): PacketReceiver {
  const { clock, packetBytes, codec = packetCodec } = options;
  const meter = new PacketMeter(largestJump(options));
  const receiver = new PacketReceiver(meter, options);
  channel.packets = (head, bytes, arrivedAt = clock.now()) => {
    if (!receiver.running) return;
    const header = bytes === (packetBytes ?? bytes) ? codec.read(head) : undefined;
    if (meter.add(header, arrivedAt * 1000)) receiver.arrived(bytes);
    if (meter.isComplete) receiver.stop();
  };
  return receiver;
}

export type { PacketReceiver };

class PacketReceiver extends Receiver {
  readonly #meter: PacketMeter;
  readonly #stragglerSeconds: number;

  constructor(meter: PacketMeter, { stragglerSeconds = 0, ...options }: PacketReceiverOptions) {
    // Bytes that are no packets come to nobody.
    super(
      { sink: undefined },
      {
        ...options,
        onInterval: (record) => options.onInterval(record, meter.cut()),
        onCounting: () => meter.beginCounting(),
      },
    );
    this.#meter = meter;
    this.#stragglerSeconds = stragglerSeconds;
  }

  /** The sender's final count; false when it cannot be true. */
  peerSent(packets: number): boolean {
    if (!this.#meter.believes(packets - 1)) return false;
    this.#meter.sent(packets);
    if (this.#meter.isComplete) this.stop();
    else this.windUp(this.#stragglerSeconds);
    return true;
  }

  get packets(): PacketSummary {
    return this.#meter.summary();
  }
}

function largestJump({ bitsPerSecond, packetBytes = Number.POSITIVE_INFINITY }: PacketReceiverOptions): number {
  const packetsPerSecond = bitsPerSecond / (8 * packetBytes);
  return Math.max(packetBounds.sequenceJump, packetBounds.jumpSeconds * packetsPerSecond);
}
