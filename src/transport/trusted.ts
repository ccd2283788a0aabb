/** Which peers are proxies that may say for whom they speak. */
import { BlockList, isIP } from 'node:net';

/** An address, or the network of its first `prefix` bits. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or a single address; undefined of anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return undefined;
  if (prefix === undefined) return { address, prefix: bits };
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? { address, prefix: Number(prefix) } : undefined;
}

export class TrustedProxies {
  readonly #list = new BlockList();

  constructor(cidrs: readonly Cidr[]) {
    for (const { address, prefix } of cidrs) this.#list.addSubnet(address, prefix, familyOf(address));
  }

  /** An IPv4 address may come as IPv6 (RFC 4291, section 2.5.5.2). */
  trusts(address: string): boolean {
    const bare = withoutMapping(address);
    return isIP(bare) !== 0 && this.#list.check(bare, familyOf(bare));
  }
}

/** `::ffff:192.0.2.1` as `192.0.2.1`; any other address as it is. */
export function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
