/**
 * The datagrams by which an address proves itself before load goes to or from it (docs/protocol.md): it shows the key,
 * is sent a cookie, gives that back, and is told that all is ready. Nothing is answered by more than it was asked with,
 * before the cookie is back. Pure.
 */
import { KEY_BYTES } from '../load/key.js';

/** No packet begins so: its number would be beyond 2^62. */
const MAGIC = Buffer.from('wperf.u1', 'latin1');
const AT_KIND = MAGIC.length;
const AT_FIELDS = AT_KIND + 1;

export const COOKIE_BYTES = 16;

/** Its number, and how long its fields are; behind them comes padding. */
const kinds = {
  open: { number: 1, fieldBytes: KEY_BYTES },
  challenge: { number: 2, fieldBytes: COOKIE_BYTES },
  prove: { number: 3, fieldBytes: KEY_BYTES + COOKIE_BYTES },
  ready: { number: 4, fieldBytes: 0 },
  alive: { number: 5, fieldBytes: 0 },
  /** Number. */
  probe: { number: 6, fieldBytes: 4 },
  /** Number, and the size that came. */
  probed: { number: 7, fieldBytes: 8 },
  /** Number, and the size that is wanted. */
  ask: { number: 8, fieldBytes: 8 },
} as const;
export type Kind = keyof typeof kinds;

export interface Greeting {
  readonly kind: Kind;
  readonly fields: Buffer;
  /** Of the whole datagram. */
  readonly bytes: number;
}

/** Padded to `bytes` where that is longer. */
export function greeting(kind: Kind, fields: Buffer = Buffer.alloc(0), bytes = 0): Buffer {
  const { number, fieldBytes } = kinds[kind];
  const datagram = Buffer.alloc(Math.max(bytes, AT_FIELDS + fieldBytes));
  MAGIC.copy(datagram);
  datagram[AT_KIND] = number;
  fields.copy(datagram, AT_FIELDS, 0, fieldBytes);
  return datagram;
}

/** Undefined of anything else. */
export function readGreeting(datagram: Buffer): Greeting | undefined {
  if (datagram[0] !== MAGIC[0] || datagram.length < AT_FIELDS) return undefined;
  if (MAGIC.compare(datagram, 0, AT_KIND) !== 0) return undefined;
  const [kind, { fieldBytes = 0 } = {}] =
    Object.entries(kinds).find(([, { number }]) => number === datagram[AT_KIND]) ?? [];
  if (kind === undefined) return undefined;
  const fields = datagram.subarray(AT_FIELDS, AT_FIELDS + fieldBytes);
  if (fields.length < fieldBytes) return undefined;
  return { kind: kind as Kind, fields: Buffer.from(fields), bytes: datagram.length };
}

export function keyOfGreeting({ fields }: Greeting): Buffer {
  return fields.subarray(0, KEY_BYTES);
}

/** Of a proof. */
export function cookieOf({ fields }: Greeting): Buffer {
  return fields.subarray(KEY_BYTES);
}

/** Two numbers of 32 bits, as probes have them. */
export function pairOf(first: number, second = 0): Buffer {
  const fields = Buffer.alloc(8);
  fields.writeUInt32BE(first, 0);
  fields.writeUInt32BE(second, 4);
  return fields;
}
