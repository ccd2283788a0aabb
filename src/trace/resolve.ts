/** Names to addresses for the target, addresses to names for the hops. */
import { Resolver } from 'node:dns/promises';
import { waits } from '../defaults/index.js';
import { systemCodeOf, WperfError } from '../errors.js';
import { orAborted } from '../host/abort.js';
import { findAddresses } from '../host/names.js';
import { scopeIdOf, zoneFlaw } from '../host/zone.js';
import { type Family, type Ip, lacksZone, noHostWords, parseIp } from '../net/ip.js';
import { printableName } from './printable-name.js';
import type { TraceTarget } from './prober.js';

type Find = (name: string, family: Family | undefined) => Promise<readonly string[]>;

/** The first address in the system's order, or of the family asked for, that a packet can be sent to. */
export async function resolveTarget(
  host: string,
  family?: Family,
  find: Find = findAddresses,
  signal?: AbortSignal,
): Promise<TraceTarget> {
  const literal = parseIp(host);
  if (literal !== undefined) return literalTarget(host, literal, family);
  const addresses = await orAborted(find(host, family), signal, interrupted).catch((cause: unknown) => {
    throw cause instanceof WperfError ? cause : notFound(host, family, cause);
  });
  const found = addresses.flatMap((each) => (lacksZone(each) ? [] : (parseIp(each) ?? [])));
  const address = found.find((each) => noHostWords(each) === undefined) ?? found[0];
  if (address === undefined) throw zoneMissing(`${host} is ${addresses[0]},`, addresses[0]);
  checkOfHost(`${host} is ${address.text},`, address);
  return literalTarget(host, address, family);
}

function interrupted(): WperfError {
  return new WperfError('interrupted', 'interrupted before the trace began');
}

function notFound(host: string, family: Family | undefined, cause: unknown): WperfError {
  const kind = family === undefined ? 'address' : `IPv${family} address`;
  const isSilent = systemCodeOf(cause) === 'EAI_AGAIN';
  const hint = isSilent ? 'the DNS does not answer: check the network' : 'check the name and the DNS';
  return new WperfError('dns-failure', `no ${kind} for ${host}`, { operation: 'resolve', peer: host, hint, cause });
}

/** Lookups of PTR records: each address asked for once, each answer bounded in time, the text safe to print. */
export interface HopNames {
  /** Undefined when there is none, or none in time. Never rejects. */
  nameOf(ip: string): Promise<string | undefined>;
  /** Gives up what is still being asked. */
  close(): void;
}

type Reverse = (ip: string) => Promise<readonly string[]>;

export function openHopNames(): HopNames {
  const resolver = new Resolver({ timeout: waits.hopNameMs, tries: 1 });
  return hopNames(
    (ip) => resolver.reverse(ip),
    () => resolver.cancel(),
  );
}

export function hopNames(reverse: Reverse, cancel: () => void): HopNames {
  const asked = new Map<string, Promise<string | undefined>>();
  return {
    nameOf(ip) {
      const name = asked.get(ip) ?? boundedName(reverse, ip);
      asked.set(ip, name);
      return name;
    },
    close: cancel,
  };
}

export const noHopNames: HopNames = { nameOf: async () => undefined, close: () => undefined };

async function boundedName(reverse: Reverse, ip: string): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(resolve, waits.hopNameMs, []);
  });
  const names = await Promise.race([reverse(ip), late]).catch(() => []);
  clearTimeout(timer);
  return printableName(names[0]);
}

/** Routers report nothing of packets to several hosts (RFC 1122, section 3.2.2), and the system sends those to none to itself. */
function checkOfHost(what: string, ip: Ip): void {
  const words = noHostWords(ip);
  if (words !== undefined) throw new WperfError('usage', `${what} ${words}`, { hint: 'name one host' });
}

/** No name tells the zone of its addresses. */
function zoneMissing(what: string, address = ''): WperfError {
  return new WperfError('usage', `${what} a link-local address without its zone`, {
    hint: `name the interface, as in ${address}%eth0`,
  });
}

function literalTarget(host: string, ip: Ip, family: Family | undefined): TraceTarget {
  if (family !== undefined && family !== ip.family) {
    throw new WperfError('usage', `${host} is not an IPv${family} address`, {
      hint: `drop -${family} or name another host`,
    });
  }
  if (lacksZone(host)) throw zoneMissing(`${host} is`, host);
  checkOfHost(`${host} is`, ip);
  return { ip: ip.text, family: ip.family, scopeId: ip.zone === undefined ? 0 : scopeOf(ip.zone, host) };
}

function scopeOf(zone: string, host: string): number {
  const { text, hint } = zoneFlaw(host) ?? {};
  if (text === undefined) return scopeIdOf(zone);
  throw new WperfError('usage', text, { ...(hint !== undefined && { hint }) });
}
