/** `NO_PROXY`: which targets are connected to directly, by the rules of curl. */
import { domainToASCII } from 'node:url';
import { withZoneName } from '../../../host/zone.js';
import { canonicalHost, parseIp } from '../../../net/ip.js';
import { contains, parseCidr } from '../../../net/networks.js';
import { withoutBrackets } from '../../../net/url.js';
import type { Target } from '../../../plan/plan.js';

/**
 * The list is of names, addresses and networks, apart by commas or blanks. A name stands for its sub-domains too, with
 * or without a dot or `*.` in front; `*` for all. Beyond curl's rules a port may follow, and brackets may stand about
 * an IPv6 address. One with a zone is an address of that interface alone.
 */
export function goesDirect({ host, port }: Target, list: string): boolean {
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.some((entry) => {
    const named = splitPort(entry);
    return (named.port === undefined || named.port === port) && covers(named.host, host);
  });
}

function splitPort(entry: string): { readonly host: string; readonly port?: number } {
  if (parseCidr(entry)) return { host: entry };
  const [, host, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  return host === undefined ? { host: withoutBrackets(entry) } : { host: withoutBrackets(host), port: Number(port) };
}

function covers(entry: string, host: string): boolean {
  if (entry === '*') return true;
  const ip = parseIp(host);
  if (ip === undefined) return coversName(nameOf(entry.replace(/^\*?\./, '')), nameOf(host));
  if (parseIp(entry)?.zone !== undefined) return zoned(entry) === zoned(host);
  const network = parseCidr(entry);
  return network !== undefined && contains(network, ip);
}

/** An address with its zone by name, in its one form. */
function zoned(address: string): string {
  return canonicalHost(withZoneName(address));
}

function coversName(entry: string, name: string): boolean {
  return entry !== '' && (name === entry || name.endsWith(`.${entry}`));
}

/** A dot at the end says that the name is whole. */
function nameOf(text: string): string {
  return domainToASCII(text).replace(/\.$/, '');
}
