/** Hosts and URLs as they are typed. */
import { domainToASCII } from 'node:url';
import { familyOf, isIpv6Text, lacksZone, parseIp } from '../../../net/ip.js';
import { withoutBrackets } from '../../../net/url.js';
import { BadValue } from '../../../units.js';

/** The text with the user and password of a URL, or of anything that looks like one, hidden. */
export function hideCredentials(text: string): string {
  return text.replace(/^(\w[\w+.-]*:\/\/)?.*@/s, '$1***@');
}

/** Where these stand, a URL parser would see the end of the host. */
const urlDelimiter = /[/\\?#@:%[\]\s]/;

/**
 * A host name in ASCII, an IPv4 address, or an IPv6 address without brackets. Throws BadValue.
 * A name whose last label is a number would be read as an IPv4 address in an odd notation, so it is refused.
 */
export function parseHost(text: string): string {
  const bare = withoutBrackets(text);
  if (isIpv6Text(bare)) return checkedIpv6(bare);
  const name = urlDelimiter.test(text) ? '' : domainToASCII(text);
  const oddAddress = /(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(text) && familyOf(text) !== 4;
  if (name === '' || name.length > 253 || oddAddress) {
    throw new BadValue('is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]');
  }
  return name;
}

/** An IPv4 address that comes as IPv6 is taken as IPv4: it is reached by IPv4. */
export function checkedIpv6(text: string): string {
  if (lacksZone(text)) {
    throw new BadValue('is a link-local address without its zone', `name the interface, as in ${text}%eth0`);
  }
  const ip = parseIp(text);
  return ip?.family === 4 ? ip.text : text;
}
