/** With which bytes each connection of a test begins, so that a server knows its own. */
import { randomBytes } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const CHARACTERS = 36;

/** The closing byte among them. */
export const COOKIE_BYTES = CHARACTERS + 1;

export function makeCookie(): Buffer {
  const text = Array.from(randomBytes(CHARACTERS), (byte) => LETTERS[byte % LETTERS.length]).join('');
  return Buffer.from(`${text}\0`, 'latin1');
}

/** As text, for reports. Before 3.2 it began with the client's name. */
export function cookieText(cookie: Uint8Array): string {
  const text = Buffer.from(cookie).toString('latin1').replace(/\0.*$/s, '');
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, CHARACTERS);
}
