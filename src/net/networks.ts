/** Which peers are proxies that may say for whom they speak. */

import { BlockList, isIP, SocketAddress } from 'node:net';
import type { Cidr } from './cidr.js';

/** `10.0.0.0/8`, `2001:db8::/32`, or a single address; undefined of anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [given = '', prefix, ...rest] = text.split('/');
  if (isIP(given) === 0 || given.includes('%') || rest.length > 0) return undefined;
  const address = plainAddress(given);
  const bits = isIP(address) === 4 ? 32 : 128;
  if (prefix === undefined) return { address, prefix: bits };
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? { address, prefix: Number(prefix) } : undefined;
}

export class TrustedProxies {
  /** Apart, since a BlockList would find every IPv4 address in `::/0`. */
  readonly #lists = { 4: new BlockList(), 6: new BlockList() };

  constructor(cidrs: readonly Cidr[]) {
    for (const { address, prefix } of cidrs) {
      if (isIP(address) === 4) this.#lists[4].addSubnet(address, prefix, 'ipv4');
      else this.#lists[6].addSubnet(address, prefix, 'ipv6');
    }
  }

  trusts(address: string): boolean {
    const plain = plainAddress(address);
    if (isIP(plain) === 4) return this.#lists[4].check(plain, 'ipv4');
    return isIP(plain) === 6 && this.#lists[6].check(plain, 'ipv6');
  }
}

/**
 * One spelling for each address: IPv6 in short form without a zone, and IPv4 that comes as IPv6 (RFC 4291, section
 * 2.5.5.2) as IPv4. Any other text as it is.
 */
export function plainAddress(text: string): string {
  if (isIP(text) !== 6) return text;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
