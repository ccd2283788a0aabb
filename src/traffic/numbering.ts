/** Gives each packet of a stream its number and its time as it is written. */
import { writePacketHeader } from '../protocol/packet-header.js';

export class Numbering {
  /** Of the next packet; in the end how many there were, sent or skipped. */
  next = 0;
  readonly #nowNs: () => number;

  constructor(nowNs: () => number) {
    this.#nowNs = nowNs;
  }

  readonly stamp = (head: Uint8Array): void => {
    writePacketHeader(head, { number: this.next++, stampNs: this.#nowNs() });
  };

  skip(packets: number): void {
    this.next += packets;
  }
}
