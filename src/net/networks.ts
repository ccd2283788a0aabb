/** Networks of IP addresses. Pure. */
import { bytesOfIp, canonicalHost, type Ip, ipOfBytes, parseIp } from './ip.js';

/** An address, or the network of its first `prefix` bits. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or a single address; undefined of anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [given = '', prefix, ...rest] = text.split('/');
  const ip = parseIp(given);
  if (ip === undefined || ip.zone !== undefined || rest.length > 0) return undefined;
  const bits = ip.bytes.length * 8;
  if (prefix === undefined) return { address: ip.text, prefix: bits };
  // IPv4 that comes as IPv6 counts the bits before it too.
  const counted = Number(prefix) - (given.includes(':') ? 128 - bits : 0);
  return /^\d{1,3}$/.test(prefix) && counted >= 0 && counted <= bits
    ? { address: ip.text, prefix: counted }
    : undefined;
}

/** An IPv4 address is in no network of IPv6, `::/0` included. */
export function contains({ address, prefix }: Cidr, { bytes }: Pick<Ip, 'bytes'>): boolean {
  const network = bytesOfIp(address);
  if (network?.length !== bytes.length) return false;
  return network.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return (byte ^ (bytes[index] ?? 0)) >> (8 - bits) === 0;
  });
}

/** Tells of an address whether it is in one of these networks; no other text is. */
export function inAny(cidrs: readonly Cidr[]): (address: string) => boolean {
  return (address) => {
    const ip = parseIp(address);
    return ip !== undefined && cidrs.some((cidr) => contains(cidr, ip));
  };
}

/** What counts as one client: an IPv4 address, or the /64 that an IPv6 host may choose its addresses from. */
export function networkOf(host: string): string {
  const bytes = bytesOfIp(host);
  if (bytes?.length !== 16) return canonicalHost(host);
  return `${ipOfBytes(bytes.map((byte, index) => (index < 8 ? byte : 0)))}/64`;
}
