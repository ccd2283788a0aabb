/** From what a transport gives to a link of load. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { canonicalHost } from '../../net/ip.js';
import type { ChannelInfo, LoadLink } from '../channel.js';
import type { LoadTransport } from '../load-transport.js';
import { ByteLink } from './byte-link.js';
import { MessageLink } from './message-link.js';

export function isStream(connection: Duplex | LoadLink): connection is Duplex {
  return typeof (connection as Partial<Duplex>).pipe === 'function';
}

/** `remote` is what is known of the far end beside what the stream tells. */
export function linkOf(
  connection: Duplex | LoadLink,
  transport: LoadTransport,
  remote: Pick<ChannelInfo, 'remoteHost' | 'remotePort'>,
): LoadLink {
  if (!isStream(connection)) return connection;
  const { name, carries, columns, statistics } = transport;
  const options = {
    name,
    info: infoOfStream(connection, remote),
    columns,
    statistics: statistics && (() => statistics(connection)),
  };
  return carries === 'bytes' ? new ByteLink(connection, options) : new MessageLink(connection, options);
}

/** Ends it at once. */
export function abandon(connection: Duplex | LoadLink): void {
  if (isStream(connection)) connection.destroy();
  else connection.drop();
}

function infoOfStream(
  stream: Duplex,
  { remoteHost, remotePort }: Pick<ChannelInfo, 'remoteHost' | 'remotePort'>,
): ChannelInfo {
  const { localAddress = '', localPort = 0 } = stream as Partial<Pick<Socket, 'localAddress' | 'localPort'>>;
  return { localHost: canonicalHost(localAddress), localPort, remoteHost, remotePort, secure: false };
}
