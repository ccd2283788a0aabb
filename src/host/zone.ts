/**
 * Zones of link-local addresses (RFC 4007): the network interface by its name, and by its number as the kernel has it. A
 * name comes first, since an interface may be called by a number.
 */
import { canonicalHost, lacksZone, parseIp } from '../net/ip.js';
import { type InterfaceNumbers, interfaceNumbers, linkLocalNumbers } from './interfaces.js';

/** 0 is none: there is no zone, or no such interface. */
export function scopeIdOf(zone: string | undefined, known?: InterfaceNumbers): number {
  if (zone === undefined) return 0;
  const numbers = known ?? interfaceNumbers();
  const name = interfaceName(zone, numbers);
  return name === undefined ? 0 : (numbers.get(name) ?? 0);
}

/** The number itself where no interface has it. Of what arrives, mostly, so that the quicker list goes first. */
export function zoneOf(scopeId: number, known?: InterfaceNumbers): string {
  const name = nameOf(scopeId, known ?? linkLocalNumbers()) ?? nameOf(scopeId, known ?? interfaceNumbers());
  return name ?? String(scopeId);
}

/** Of an interface by either; undefined where this machine has none such. */
export function interfaceName(zone: string, numbers = interfaceNumbers()): string | undefined {
  return numbers.has(zone) ? zone : nameOf(Number(/^\d+$/.test(zone) && zone), numbers);
}

function nameOf(scopeId: number, numbers: InterfaceNumbers): string | undefined {
  return scopeId === 0 ? undefined : [...numbers].find(([, number]) => number === scopeId)?.[0];
}

/**
 * A host as Node takes it: a zone given by number, which Node knows on Windows alone, by its interface's name. Any other
 * text as it is.
 */
export function withZoneName(host: string, platform = process.platform, numbers?: InterfaceNumbers): string {
  const { zone } = parseIp(host) ?? {};
  if (zone === undefined || platform === 'win32') return host;
  const name = interfaceName(zone, numbers) ?? zone;
  return name === zone ? host : canonicalHost(host.replace(/%.*/, `%${name}`));
}

/** What keeps an address from being used for its zone, or want of one, and what to do; undefined for nothing. */
export function zoneFlaw(
  address: string,
  known?: InterfaceNumbers,
): { readonly text: string; readonly hint: string } | undefined {
  if (lacksZone(address)) {
    const text = `${address} is a link-local address without its zone`;
    return { text, hint: `name the interface, as in ${address}%eth0` };
  }
  const { zone } = parseIp(address) ?? {};
  if (zone === undefined) return undefined;
  const numbers = known ?? interfaceNumbers();
  if (interfaceName(zone, numbers) !== undefined) return undefined;
  const text = `${address} has a zone that is no interface of this machine`;
  return { text, hint: `name one of ${[...numbers.keys()].join(', ')}` };
}
