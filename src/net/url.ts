/** URLs whose host may be an IPv6 address with a zone, which the WHATWG standard has no place for. */
import { isIpv6Text } from './ip.js';

interface ZonedUrl {
  /** Without the zone. */
  readonly url: URL;
  /** Without brackets, with the zone: `fe80::1%eth0`. */
  readonly host: string;
}

/** What stands before and behind the zone. */
const zoned = /^(\w[\w+.-]*:\/\/[^/?#[]*\[[\da-f:.]+)%([^\]/?#]*)(\].*)$/is;

/** Takes `[fe80::1%25eth0]` (RFC 6874), and the zone as it is typed elsewhere, behind a plain `%`. Undefined of no URL. */
export function parseUrl(text: string): ZonedUrl | undefined {
  const [, before = '', typed, behind = ''] = zoned.exec(text) ?? [];
  const bare = typed === undefined ? text : before + behind;
  if (!URL.canParse(bare)) return undefined;
  const url = new URL(bare);
  const host = withoutBrackets(url.hostname);
  if (typed === undefined) return { url, host };
  // A zone that is only a number may begin with 25.
  const zone = typed.replace(/^25(?=.)/, '');
  return /^[\w.~-]+$/.test(zone) ? { url, host: `${host}%${zone}` } : undefined;
}

export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** The host as it stands in a URL: an IPv6 address in brackets, its zone as RFC 6874 has it. */
export function urlHost(host: string): string {
  return isIpv6Text(host) ? `[${host.replace('%', '%25')}]` : host;
}

/**
 * What a part of a URL stands for; undefined where it is not percent-encoded as it must be. Bundlers leave the call out
 * where nobody looks at what it gives.
 */
export function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
