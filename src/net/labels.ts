/** The names of the address ranges that belong to no network of the Internet, and that no database knows. */
import type { Ip } from './ip.js';
import { contains, parseCidr } from './networks.js';

/** The IANA special-purpose registries (RFC 6890 and what was added since); the first range that fits gives the label. */
const ranges = [
  ['unspecified', '0.0.0.0/8', '::/128'],
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ['cgnat', '100.64.0.0/10'],
  ['loopback', '127.0.0.0/8', '::1/128'],
  ['link-local', '169.254.0.0/16', 'fe80::/10'],
  ['unique-local', 'fc00::/7'],
  ['documentation', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
  ['benchmarking', '198.18.0.0/15', '2001:2::/48'],
  ['multicast', '224.0.0.0/4', 'ff00::/8'],
  ['broadcast', '255.255.255.255/32'],
  ['teredo', '2001::/32'],
  ['6to4', '2002::/16'],
  ['nat64', '64:ff9b::/96', '64:ff9b:1::/48'],
  ['reserved', '192.0.0.0/24', '240.0.0.0/4'],
] as const;

export type AddressLabel = (typeof ranges)[number][0];

/** All of IPv6 that is given out to networks (RFC 4291, section 2.4); the rest is reserved. */
const globalUnicast = networks(['2000::/3']);
const labelled = ranges.map(([label, ...cidrs]) => ({ label, within: networks(cidrs) }));

/** What an address is when it belongs to no network of the Internet; undefined for a public one. */
export function rangeLabelOf(ip: Ip): AddressLabel | undefined {
  const isIn = (cidrs: ReturnType<typeof networks>) => cidrs.some((cidr) => contains(cidr, ip));
  const found = labelled.find(({ within }) => isIn(within));
  if (found !== undefined) return found.label;
  return ip.family === 4 || isIn(globalUnicast) ? undefined : 'reserved';
}

function networks(cidrs: readonly string[]) {
  return cidrs.flatMap((cidr) => parseCidr(cidr) ?? []);
}
