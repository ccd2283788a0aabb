/** Zones of link-local addresses (RFC 4007): the network interface by its name, and by its number as the kernel has it. */
import { networkInterfaces } from 'node:os';
import { canonicalHost, lacksZone, parseIp } from '../net/ip.js';

type Interfaces = ReturnType<typeof networkInterfaces>;

/** 0 is none. */
export function scopeIdOf(zone: string | undefined): number {
  if (zone === undefined) return 0;
  if (isNumber(zone)) return Number(zone);
  return (
    networkInterfaces()
      [zone]?.map((each) => (each.family === 'IPv6' ? each.scopeid : 0))
      .find(Boolean) ?? 0
  );
}

/** The number itself where no interface has it. */
export function zoneOf(scopeId: number, interfaces: Interfaces = networkInterfaces()): string {
  const found = Object.entries(interfaces).find(([, addresses]) =>
    addresses?.some((each) => each.family === 'IPv6' && each.scopeid === scopeId),
  );
  return found?.[0] ?? String(scopeId);
}

/**
 * A host as Node takes it: a zone given by number, which Node knows on Windows alone, by its interface's name. Any other
 * text as it is.
 */
export function withZoneName(host: string, platform = process.platform, interfaces = networkInterfaces()): string {
  const { zone } = parseIp(host) ?? {};
  if (zone === undefined || !isNumber(zone) || zone in interfaces || platform === 'win32') return host;
  const name = zoneOf(Number(zone), interfaces);
  return name === zone ? host : canonicalHost(host.replace(/%.*/, `%${name}`));
}

/** What keeps an address from being used for its zone, or want of one, and what to do; undefined for nothing. */
export function zoneFlaw(
  address: string,
  interfaces = networkInterfaces(),
): { readonly text: string; readonly hint: string } | undefined {
  if (lacksZone(address)) {
    const text = `${address} is a link-local address without its zone`;
    return { text, hint: `name the interface, as in ${address}%eth0` };
  }
  const { zone } = parseIp(withZoneName(address, process.platform, interfaces)) ?? {};
  if (zone === undefined || zone in interfaces) return undefined;
  const text = `${address} has a zone that is no interface of this machine`;
  return { text, hint: `name one of ${Object.keys(interfaces).join(', ')}` };
}

function isNumber(zone: string): boolean {
  return /^\d+$/.test(zone);
}
