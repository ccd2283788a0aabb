/** Randomness as every host of today has it, browsers included. */

/** 32 random hexadecimal digits. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A whole number from 0 to 2^32 - 1. */
export function random32(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value;
}

/** A whole number from 0 to 2^53 - 1. */
export function random53(): number {
  return random32() * 2 ** 21 + (random32() >>> 11);
}
