/**
 * KCP's segments on the wire, as skywind3000/kcp defines them: a header of 24 bytes, little endian, then the payload of a
 * PUSH; a datagram is one segment after another. Pure.
 */

export const HEADER_BYTES = 24;

export const command = {
  /** Carries payload. */
  push: 81,
  /** Answers one PUSH. */
  ack: 82,
  /** Asks for the window. */
  ask: 83,
  /** Tells the window. */
  tell: 84,
} as const;

const FIRST_COMMAND = command.push;
const LAST_COMMAND = command.tell;

export interface Header {
  /** Which conversation; the same in both directions. */
  readonly conv: number;
  readonly command: number;
  /** Segments that the sender can still take. */
  readonly window: number;
  /** The sender's clock, in ms; in an ACK, that of the segment which it answers. Wraps at 2^32. */
  readonly stampMs: number;
  /** Of this PUSH, or of the one that this ACK answers. Wraps at 2^32. */
  readonly number: number;
  /** All before this number have arrived. */
  readonly unacknowledged: number;
}

export interface Segment extends Header {
  /** Of the datagram that it came in. */
  readonly payload: Buffer;
}

/** What is wrong with a datagram: cut short, of another conversation, of no known command, or of what was never sent. */
export type Flaw = 'truncated' | 'other conversation' | 'unknown command' | 'acknowledges the unsent';

/** The segment that begins at `at`, or what is wrong there; what follows a flaw cannot be told from noise. */
export function readSegment(datagram: Buffer, at: number, conv: number): Segment | Flaw {
  const from = at + HEADER_BYTES;
  if (from > datagram.length) return 'truncated';
  if (datagram.readUInt32LE(at) !== conv) return 'other conversation';
  const end = from + datagram.readUInt32LE(at + 20);
  if (end > datagram.length) return 'truncated';
  const kind = datagram.readUInt8(at + 4);
  if (kind < FIRST_COMMAND || kind > LAST_COMMAND) return 'unknown command';
  return {
    conv,
    command: kind,
    window: datagram.readUInt16LE(at + 6),
    stampMs: datagram.readUInt32LE(at + 8),
    number: datagram.readUInt32LE(at + 12),
    unacknowledged: datagram.readUInt32LE(at + 16),
    payload: datagram.subarray(from, end),
  };
}

/** Every segment is the last of its message: stream mode knows no fragments. */
export function writeHeader(into: Buffer, at: number, header: Header, payloadBytes: number): void {
  into.writeUInt32LE(header.conv, at);
  into.writeUInt16LE(header.command, at + 4);
  into.writeUInt16LE(header.window, at + 6);
  into.writeUInt32LE(header.stampMs, at + 8);
  into.writeUInt32LE(header.number, at + 12);
  into.writeUInt32LE(header.unacknowledged, at + 16);
  into.writeUInt32LE(payloadBytes, at + 20);
}

/** By how much number `a` is beyond `b`, both wrapping at 2^32; negative where it is behind. */
export function beyond(a: number, b: number): number {
  return (a - b) | 0;
}

/** The number that comes `steps` after this one. */
export function after(number: number, steps: number): number {
  return (number + steps) >>> 0;
}
