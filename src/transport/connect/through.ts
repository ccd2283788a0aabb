/** A connection through a proxy. */
import type { Socket } from 'node:net';
import type { Way } from '../transport.js';
import { type Party, proxyError } from './failure.js';
import { askHttpConnect } from './http-connect.js';
import { readProxy } from './proxy.js';
import { race } from './race.js';
import { addressesFor, endText, type OpenTools, reach } from './reach.js';
import { askSocks5 } from './socks5.js';
import { speakTls } from './tls.js';

/** With `socks5` this machine finds the server's address, with all others the proxy does. */
export async function openThrough(url: string, server: Party, way: Way, tools: OpenTools): Promise<Socket> {
  const proxy = readProxy(url);
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
