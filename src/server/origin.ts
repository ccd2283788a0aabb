/**
 * Which pages of a browser may measure: this server's own. A page of somebody else's, which a browser lets send what it
 * likes to any address that it reaches, would measure, and fill, the line of whoever looks at it (RFC 6455, section 10.2).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../transport/door/http.js';
import { refusal } from './http.js';

/** Browsers send it along with requests of pages from here alone, whatever a proxy on the way makes of Host. */
const COOKIE = 'wperf-page=own';

/** With the page. Nothing in it tells one visitor from another. */
export const ownPageCookie = { 'Set-Cookie': `${COOKIE}; SameSite=Strict; HttpOnly` };

const foreignPage = refusal(
  403,
  'request-refused',
  "a browser measures from this server's own page alone (a proxy on the way must leave Host or Cookie as they are)",
);

/** Why a page may not. Whatever names no origin is no page. */
export function refusePage({ origin, host = '', cookie = '' }: IncomingHttpHeaders): Answer | undefined {
  if (origin === undefined || isOf(host, origin)) return undefined;
  return cookie.split(/;\s*/).includes(COOKIE) ? undefined : foreignPage;
}

/** Whatever the port: proxies drop it. */
function isOf(host: string, origin: string): boolean {
  if (!URL.canParse(origin) || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(origin);
  return hostname !== '' && hostname === new URL(`http://${host}`).hostname;
}
