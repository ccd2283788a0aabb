/** Gives each packet of a stream its number and its time as it is written. */
import { type PacketCodec, packetCodec } from '../protocol/packet-header.js';

export class Numbering {
  /** Of the next packet; in the end how many there were, sent or skipped. */
  next = 0;
  readonly #nowNs: () => number;
  readonly #codec: PacketCodec;

  constructor(nowNs: () => number, codec = packetCodec) {
    this.#nowNs = nowNs;
    this.#codec = codec;
  }

  readonly stamp = (head: Uint8Array): void => {
    this.#codec.write(head, { number: this.next++, stampNs: this.#nowNs() });
  };

  readonly skip = (packets: number): void => {
    this.next += packets;
  };
}
