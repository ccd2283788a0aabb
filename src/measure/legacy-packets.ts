/**
 * Jitter and loss of the original's datagram packets, from their numbers and their sender's stamps. Jitter is RFC 1889,
 * section 6.3.1: J += (|D| - J) / 16, D being the change of the transit time. Pure: arrival times come in.
 */
import { legacy } from '../defaults.js';

/** 64 bits of number, 64 bits of nanoseconds. */
const HEADER_BYTES = 16;

export interface PacketFigures {
  readonly jitterMs: number;
  /** Different packets that arrived. */
  readonly received: number;
  readonly lost: number;
  /** Received and lost. */
  readonly total: number;
  readonly duplicates: number;
  /** Cut short, or numbered out of all reason; in no other figure. */
  readonly malformed: number;
}

export class LegacyPackets {
  /** One bit for each of the last numbers: has it come? */
  readonly #seen = new Uint8Array(legacy.sequenceWindow / 8);
  #next = 0;
  #received = 0;
  #duplicates = 0;
  #malformed = 0;
  #jitterMs = 0;
  #last: { readonly stampNs: bigint; readonly arrivedMs: number } | undefined;

  /** `arrivedMs` is monotonic. False for a packet that does not count. */
  add(packet: Buffer, arrivedMs: number): boolean {
    const number = packet.length < HEADER_BYTES ? undefined : packet.readBigUInt64BE(0);
    if (number === undefined || number >= BigInt(this.#next + legacy.sequenceJump)) {
      this.#malformed += 1;
      return false;
    }
    if (!this.#isNew(Number(number))) {
      this.#duplicates += 1;
      return false;
    }
    this.#received += 1;
    this.#addTransit(packet.readBigUInt64BE(8), arrivedMs);
    return true;
  }

  figures(): PacketFigures {
    const received = this.#received;
    const [duplicates, malformed, total] = [this.#duplicates, this.#malformed, this.#next];
    return { jitterMs: this.#jitterMs, received, lost: total - received, total, duplicates, malformed };
  }

  /** A number too old for the window is taken for one that has come. */
  #isNew(number: number): boolean {
    if (number < this.#next - legacy.sequenceWindow) return false;
    if (number >= this.#next) this.#forgetUpTo(number);
    const [index, bit] = placeOf(number);
    const byte = this.#seen[index] ?? 0;
    this.#seen[index] = byte | bit;
    return (byte & bit) === 0;
  }

  #forgetUpTo(number: number): void {
    const from = Math.max(this.#next, number - legacy.sequenceWindow + 1);
    for (let i = from; i <= number; i++) {
      const [index, bit] = placeOf(i);
      this.#seen[index] = (this.#seen[index] ?? 0) & ~bit;
    }
    this.#next = number + 1;
  }

  /** Stamps are the sender's wall clock: a step of it is no change of the transit time. */
  #addTransit(stampNs: bigint, arrivedMs: number): void {
    const last = this.#last;
    this.#last = { stampNs, arrivedMs };
    if (!last) return;
    const change = Math.abs(arrivedMs - last.arrivedMs - Number(stampNs - last.stampNs) / 1e6);
    if (change <= legacy.clockStepMs) this.#jitterMs += (change - this.#jitterMs) / 16;
  }
}

function placeOf(number: number): [index: number, bit: number] {
  const place = number % legacy.sequenceWindow;
  return [place >> 3, 1 << (place & 7)];
}
