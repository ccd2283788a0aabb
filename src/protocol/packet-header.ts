/**
 * The header of a packet: 64 bits of number and 64 bits of the sender's clock in nanoseconds, both big-endian; the
 * original wperf's too. Read as numbers: those beyond 2^53 lose their last digits, which no honest sender reaches.
 */

export const PACKET_HEADER_BYTES = 16;

export interface PacketHeader {
  /** Counts 0, 1, 2, ... within its stream. */
  readonly number: number;
  /** From an arbitrary moment of the sender's. */
  readonly stampNs: number;
}

/** How the number and the time stand at the beginning of a packet, in no more than `PACKET_HEADER_BYTES`. */
export interface PacketCodec {
  write(head: Uint8Array, header: PacketHeader): void;
  /** Undefined of a header cut short. */
  read(head: Uint8Array): PacketHeader | undefined;
}

export const packetCodec: PacketCodec = {
  write(head, { number, stampNs }) {
    write64(head, 0, number);
    write64(head, 8, stampNs);
  },
  read(head) {
    if (head.length < PACKET_HEADER_BYTES) return undefined;
    return { number: read64(head, 0), stampNs: read64(head, 8) };
  },
};

export function write64(bytes: Uint8Array, at: number, value: number): void {
  write32(bytes, at, Math.floor(value / 2 ** 32));
  write32(bytes, at + 4, value);
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function read64(bytes: Uint8Array, at: number): number {
  return read32(bytes, at) * 2 ** 32 + read32(bytes, at + 4);
}

function read32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
