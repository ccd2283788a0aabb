import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { canonicalHost } from '../../net/ip.js';
import type { ChannelInfo } from '../channel.js';

/** The two ends of a connection, as this machine knows them. */
export function infoOf(socket: Socket): ChannelInfo {
  return {
    localHost: canonicalHost(socket.localAddress ?? ''),
    localPort: socket.localPort ?? 0,
    remoteHost: canonicalHost(socket.remoteAddress ?? ''),
    remotePort: socket.remotePort ?? 0,
    secure: socket instanceof TLSSocket,
  };
}
