/** From a way to a socket that ends at the server. Proxies and TLS are loaded where they are on it. */
import type { Socket } from 'node:net';
import { endpointText } from '../../net/endpoint.js';
import type { Way } from '../transport.js';
import type { Party } from './failure.js';
import { type OpenTools, reach } from './reach.js';

export async function openSocket(way: Way, tools: OpenTools): Promise<Socket> {
  const { target, proxy, ca, insecure, service } = way;
  const server: Party = { role: 'server', name: endpointText(target), service };
  const socket =
    proxy === undefined
      ? await reach(target, server, way, tools)
      : await (await import('./through.js')).openThrough(proxy, server, way, tools);
  if (!target.secure) return socket;
  const { speakTls } = await import('./tls.js');
  const trust = { ...(ca !== undefined && { ca }), rejectUnauthorized: !insecure };
  return speakTls(socket, target.host, trust, server, tools.signal);
}
