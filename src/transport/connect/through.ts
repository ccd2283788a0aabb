/** A connection through a proxy. What is said to it is loaded once it has been reached. */
import type { Socket } from 'node:net';
import { given } from '../../given.js';
import { endpointText } from '../../net/endpoint.js';
import { canonicalHost } from '../../net/ip.js';
import type { Settled, Way } from '../transport.js';
import { type Party, proxyError, serviceOf } from './failure.js';
import { type Destination, type ProxyServer, readProxy } from './proxy.js';
import { race } from './race.js';
import { addressesFor, type OpenTools, reach } from './reach.js';
import { NothingSaid, TooLate } from './step.js';

/** With `socks5` this machine finds the server's address, with all others the proxy does. */
export async function openThrough(url: string, server: Party, way: Way, tools: OpenTools): Promise<Socket> {
  const proxy = readProxy(url);
  const party: Party = { role: 'proxy', name: endpointText(proxy) };
  const host = way.target.host.replace(/%.*/, '');
  const isFoundHere = proxy.kind === 'socks5';
  // This end's own address says nothing of what the proxy can reach.
  const hosts = isFoundHere
    ? await addressesFor(way.beyond ?? host, server, given({ family: way.family }), tools)
    : [host];
  const { onSettled = () => {} } = tools;
  const isChoice = hosts.length > 1;
  const ends = new Map<Socket, Settled>();
  const connectTo = async (each: string, signal: AbortSignal) => {
    const beyond = given({ beyond: isFoundHere ? each : undefined });
    const onProxy = ({ address }: Settled) => {
      if (!isChoice) onSettled({ address, ...beyond });
    };
    const socket = await reach(proxy, party, way, { ...tools, signal, onSettled: onProxy });
    const opened = await beyondProxy(
      socket,
      proxy,
      { host: each, port: way.target.port, service: serviceOf(server) },
      party,
      signal,
    );
    ends.set(opened, { address: canonicalHost(socket.remoteAddress ?? ''), ...beyond });
    return opened;
  };
  const socket = await race(hosts, connectTo, tools.clock, tools.signal).catch((error) => {
    throw proxyError(error, party, server.name);
  });
  const end = ends.get(socket);
  if (isChoice && end) onSettled(end);
  return socket;
}

/** The socket does not outlive what goes wrong between two steps. */
async function beyondProxy(
  socket: Socket,
  proxy: ProxyServer,
  asked: Destination,
  party: Party,
  signal: AbortSignal,
): Promise<Socket> {
  try {
    const ask = await askerOf(proxy.kind);
    const secured = proxy.kind === 'https' ? await secure(socket, proxy, party, signal) : socket;
    return await ask(secured, asked, proxy.credentials, signal);
  } catch (error) {
    socket.destroy();
    throw error instanceof TooLate && socket.bytesRead === 0 ? new NothingSaid(error.milliseconds) : error;
  }
}

async function askerOf(kind: ProxyServer['kind']) {
  if (kind === 'http' || kind === 'https') return (await import('./http-connect.js')).askHttpConnect;
  return (await import('./socks5.js')).askSocks5;
}

async function secure(socket: Socket, { host }: ProxyServer, party: Party, signal: AbortSignal): Promise<Socket> {
  const { speakTls } = await import('./tls.js');
  return speakTls(socket, host, {}, party, signal);
}
