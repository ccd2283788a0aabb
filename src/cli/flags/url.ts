import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { BadValue } from '../../units.js';

/** A URL of the WHATWG standard, or undefined. */
export function tryUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** The text with the user and password of a URL, or of anything that looks like one, hidden. */
export function hideCredentials(text: string): string {
  return text.replace(/^(\w[\w+.-]*:\/\/)?.*@/s, '$1***@');
}

export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** The host as it stands in a URL: an IPv6 address in brackets. */
export function urlHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** Where these stand, a URL parser would see the end of the host. */
const urlDelimiter = /[/\\?#@:%[\]\s]/;

/**
 * A host name in ASCII, an IPv4 address, or an IPv6 address without brackets. Throws BadValue.
 * A name whose last label is a number would be read as an IPv4 address in an odd notation, so it is refused.
 */
export function parseHost(text: string): string {
  const bare = withoutBrackets(text);
  if (isIPv6(bare)) return bare;
  const name = urlDelimiter.test(text) ? '' : domainToASCII(text);
  const oddAddress = /(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(text) && !isIPv4(text);
  if (name === '' || name.length > 253 || oddAddress) {
    throw new BadValue('is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]');
  }
  return name;
}
