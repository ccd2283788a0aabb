/** The random bytes that all large blocks of this process carry: few enough to stay in the processor's cache. */
import { randomFillSync } from 'node:crypto';

/** A processor of today keeps this close by, with room for what else it does. */
export const SHARED_BYTES = 256 * 1024;

let shared: Buffer | undefined;

/** So many of the bytes, from `start` within them, in parts; begun again where they end. */
export function sharedPayload(start: number, bytes: number): Buffer[] {
  shared ??= randomFillSync(Buffer.allocUnsafeSlow(SHARED_BYTES));
  const parts: Buffer[] = [];
  for (let at = start, left = bytes; left > 0; at = 0) {
    const part = shared.subarray(at, at + left);
    parts.push(part);
    left -= part.length;
  }
  return parts;
}
