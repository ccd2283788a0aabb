/** From a way to a socket that ends at the server: resolve, race, proxy, TLS. */
import { isIP, type Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { domainToASCII } from 'node:url';
import type { Clock } from '../../host/clock.js';
import { canonicalHost, canonicalIp, type Family } from '../../net/ip.js';
import type { Way } from '../transport.js';
import { addressesOf, type Resolve, systemResolve } from './addresses.js';
import { otherFamily, type Party, proxyError, reachError, resolveError, tlsError } from './failure.js';
import { askHttpConnect } from './http-connect.js';
import { type ProxyServer, readProxy } from './proxy.js';
import { race } from './race.js';
import { askSocks5 } from './socks5.js';
import { step } from './step.js';
import { startTcp } from './tcp.js';

export interface OpenTools {
  readonly clock: Clock;
  /** Aborts with a TooLate. */
  readonly signal: AbortSignal;
  readonly resolve?: Resolve | undefined;
  /** Told of the address of the first machine on the way, once it is settled. */
  readonly onAddress?: ((address: string) => void) | undefined;
}

interface End {
  readonly host: string;
  readonly port: number;
}

export async function openSocket(way: Way, tools: OpenTools): Promise<Socket> {
  const { target, proxy, ca, insecure } = way;
  const server: Party = { role: 'server', name: endText(target) };
  const socket =
    proxy === undefined
      ? await reach(target, server, way, tools)
      : await openThrough(readProxy(proxy), server, way, tools);
  if (!target.secure) return socket;
  const trust = { ...(ca !== undefined && { ca }), rejectUnauthorized: !insecure };
  return speakTls(socket, target.host, trust, server, tools.signal);
}

export function endText({ host, port }: End): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A TCP connection to the first machine on the way. */
async function reach(end: End, party: Party, way: Way, tools: OpenTools): Promise<Socket> {
  const { clock, signal, onAddress = () => {} } = tools;
  const addresses = await addressesFor(way.address ?? end.host, party, way, tools);
  const [only, ...others] = addresses;
  if (only !== undefined && others.length === 0) onAddress(only);
  const connectTo = async (address: string, stop: AbortSignal) => {
    const socket = startTcp(address, end.port, way);
    return step<Socket>(socket, stop, (done) => socket.once('connect', () => done(socket)));
  };
  const socket = await race(addresses, connectTo, clock, signal).catch((error) => {
    throw reachError(error, party, way);
  });
  onAddress(canonicalHost(socket.remoteAddress ?? ''));
  return socket;
}

async function addressesFor(host: string, party: Party, way: Way, { signal, resolve }: OpenTools): Promise<string[]> {
  const family = familyOf(way);
  if (family !== undefined && isIP(host) !== 0 && isIP(host) !== family) throw otherFamily(host, family);
  return addressesOf(host, family, resolve ?? systemResolve, signal).catch((error) => {
    throw resolveError(error, party, family);
  });
}

/** From an address of one family no other can be reached. */
function familyOf({ family, bind = '' }: Way): Family | undefined {
  const bound = isIP(bind);
  return family ?? (bound === 4 || bound === 6 ? bound : undefined);
}

/** With `socks5` this machine finds the server's address, with all others the proxy does. */
async function openThrough(proxy: ProxyServer, server: Party, way: Way, tools: OpenTools): Promise<Socket> {
  const party: Party = { role: 'proxy', name: endText(proxy) };
  const host = way.target.host.replace(/%.*/, '');
  const hosts = proxy.kind === 'socks5' ? await addressesFor(host, server, way, tools) : [host];
  const connectTo = async (each: string, signal: AbortSignal) => {
    const toProxy = { ...tools, signal };
    const socket = await reach(proxy, party, way, toProxy);
    const secured = proxy.kind === 'https' ? await speakTls(socket, proxy.host, {}, party, signal) : socket;
    const ask = proxy.kind === 'http' || proxy.kind === 'https' ? askHttpConnect : askSocks5;
    return ask(secured, { host: each, port: way.target.port }, proxy.credentials, signal);
  };
  return race(hosts, connectTo, tools.clock, tools.signal).catch((error) => {
    throw proxyError(error, party, server.name);
  });
}

interface Trust {
  readonly ca?: string;
  readonly rejectUnauthorized?: boolean;
}

/** The certificate is checked against `host`, which only a name tells the other end beforehand (RFC 6066, section 3). */
async function speakTls(
  socket: Socket,
  host: string,
  trust: Trust,
  party: Party,
  signal: AbortSignal,
): Promise<Socket> {
  const address = canonicalIp(host);
  const name = address ?? domainToASCII(host).replace(/\.$/, '');
  const tls = startTls({ socket, ...trust, host: name, ...(address === undefined && { servername: name }) });
  return step<Socket>(tls, signal, (done) => tls.once('secureConnect', () => done(tls))).catch((error) => {
    throw tlsError(error, party);
  });
}
