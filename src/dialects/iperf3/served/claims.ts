/** How connections of iperf3 begin: each with the cookie of its test. Pure. */
import type { Claim } from '../../served.js';
import { COOKIE_BYTES } from '../wire/cookie.js';

/** A cookie has 36 letters and digits; before 3.2 a host's name and dots are among them. No HTTP request begins so. */
export function claimsCookie(first: Uint8Array): Claim {
  const seen = first.subarray(0, COOKIE_BYTES);
  const isCookie = seen.every((byte, at) => (at === COOKIE_BYTES - 1 ? byte === 0 : isOfCookie(byte, at)));
  if (!isCookie) return 'no';
  return seen.length < COOKIE_BYTES ? 'more' : 'yes';
}

/** Where there is nobody else: as iperf3, any bytes of a cookie's length. */
export function claimsAnything(first: Uint8Array): Claim {
  return first.length < COOKIE_BYTES ? 'more' : 'yes';
}

/** A request's method begins with a capital letter. */
function isOfCookie(byte: number, at: number): boolean {
  const character = String.fromCharCode(byte);
  return (at === 0 ? /[a-z0-9]/ : /[\w.-]/).test(character);
}
