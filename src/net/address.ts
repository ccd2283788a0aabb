/** IP addresses as text: one spelling for each, and the names of the ranges that no database knows. */

import { BlockList, isIP, SocketAddress } from 'node:net';

export type AddressLabel =
  | 'private'
  | 'cgnat'
  | 'loopback'
  | 'link-local'
  | 'unique-local'
  | 'documentation'
  | 'benchmarking'
  | 'multicast'
  | 'broadcast'
  | 'unspecified'
  | 'teredo'
  | '6to4'
  | 'nat64'
  | 'reserved';

export interface Address {
  readonly text: string;
  readonly family: 4 | 6;
}

/** The IANA special-purpose registries (RFC 6890 and what was added since); the first range that fits gives the label. */
const ranges: readonly (readonly [AddressLabel, ...string[]])[] = [
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
];

/** All of IPv6 that is given out to networks (RFC 4291, section 2.4); the rest is reserved. */
const globalUnicast = blockList(['2000::/3']);
const labelled = ranges.map(([label, ...cidrs]) => ({ label, block: blockList(cidrs) }));

/** The canonical spelling: no zone, lower case, and IPv4-mapped IPv6 as IPv4. Undefined where `text` is no IP address. */
export function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 4) return { text, family };
  if (family !== 6) return undefined;
  const bare = text.replace(/%.*/, '');
  const canonical = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  const mapped = /^::ffff:([\d.]+)$/.exec(canonical)?.[1];
  return mapped === undefined ? { text: canonical, family } : { text: mapped, family: 4 };
}

/** What an address is when it belongs to no network of the Internet; undefined for a public one. */
export function labelOf(address: Address): AddressLabel | undefined {
  const family = address.family === 4 ? 'ipv4' : 'ipv6';
  const socketAddress = new SocketAddress({ address: address.text, family });
  const found = labelled.find(({ block }) => block.check(socketAddress));
  if (found !== undefined) return found.label;
  return address.family === 4 || globalUnicast.check(socketAddress) ? undefined : 'reserved';
}

function blockList(cidrs: readonly string[]): BlockList {
  const block = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/');
    block.addSubnet(network, Number(bits), isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return block;
}
