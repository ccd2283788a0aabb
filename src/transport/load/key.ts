/** How a connection for load begins: eight bytes that no other protocol begins with, then the key. docs/protocol.md. Pure. */
import type { Claim } from '../door/arrival.js';

export const KEY_BYTES = 16;

/** HTTP begins with a capital letter, TLS with 22, and the PROXY protocol with `P` or a carriage return. */
const OPENING = Buffer.from('wperf.d1', 'latin1');

export const OPENING_BYTES = OPENING.length + KEY_BYTES;

export function openingOf(key: Buffer): Buffer {
  return Buffer.concat([OPENING, key]);
}

/** The key of a whole opening; undefined of anything else. */
export function keyOf(opening: Buffer): Buffer | undefined {
  const isOpening = opening.length === OPENING_BYTES && opening.subarray(0, OPENING.length).equals(OPENING);
  return isOpening ? opening.subarray(OPENING.length) : undefined;
}

export function claimsOpening(first: Uint8Array): Claim {
  const seen = Math.min(first.length, OPENING.length);
  if (OPENING.compare(first, 0, seen, 0, seen) !== 0) return 'no';
  return seen < OPENING.length ? 'more' : 'yes';
}
