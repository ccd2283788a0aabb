/** A server's UDP port by Node's `dgram`: one socket, whose peers are told apart here, since not every system lets several share a port. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { given } from '../../../given.js';
import { refuseWishes } from '../../../host/tcp/wishes.js';
import { canonicalHost, familyOf } from '../../../net/ip.js';
import { askForBuffers, PortableDatagramSocket } from './portable-socket.js';
import { type DatagramDoor, type DatagramSocket, type Peer, type PeerOptions, peerKey } from './socket.js';

type Place = { readonly host?: string; readonly port: number };

export async function openPortableDoor(at: Place): Promise<DatagramDoor> {
  const { host = '::', port } = at;
  try {
    return await bindTo(host, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (at.host !== undefined || code === 'EADDRINUSE') throw error;
    return bindTo('0.0.0.0', port);
  }
}

async function bindTo(host: string, port: number): Promise<DatagramDoor> {
  const isIpv6 = familyOf(host) === 6;
  const socket = createSocket({
    type: isIpv6 ? 'udp6' : 'udp4',
    ipv6Only: isIpv6 && host !== '::',
    // Peers are addresses already, which the default takes a turn of the event loop to find.
    lookup: (address, _options, found) => found(null, address, isIpv6 ? 6 : 4),
  });
  try {
    const listening = once(socket, 'listening');
    socket.bind(port, host);
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  askForBuffers(socket, undefined);
  return new PortableDoor(socket, isIpv6);
}

class PortableDoor implements DatagramDoor {
  readonly host: string;
  readonly port: number;
  onStray: DatagramDoor['onStray'] = () => {};
  readonly #socket: Socket;
  readonly #isIpv6: boolean;
  readonly #peers = new Map<string, PortableDatagramSocket>();
  /** The same by the names that `dgram` has for peers: making those canonical would cost more than the rest of reading. */
  readonly #heard = new Map<string, PortableDatagramSocket>();
  #open = true;

  constructor(socket: Socket, isIpv6: boolean) {
    this.#socket = socket;
    this.#isIpv6 = isIpv6;
    const { address, port } = socket.address();
    this.host = canonicalHost(address);
    this.port = port;
    socket.on('message', (datagram, from) => {
      const name = `${from.address} ${from.port}`;
      const own = this.#heard.get(name);
      if (own) own.take(datagram);
      else this.#arrived(datagram, from, name);
    });
    // It does not say whose datagram was refused.
    socket.on('error', () => {});
  }

  reply(datagram: Buffer, { host, port }: Peer): void {
    if (this.#open) this.#socket.send(Buffer.from(datagram), port, this.#named(host), () => {});
  }

  open(peer: Peer, options: PeerOptions = {}): DatagramSocket {
    const { localHost = this.host, tos, windowBytes, dontFragment, maxBytes } = options;
    refuseWishes(given({ tos, dontFragment }), 'the server');
    const key = peerKey(peer);
    if (this.#peers.has(key)) throw new Error(`${key} has a socket already`);
    if (windowBytes !== undefined) askForBuffers(this.#socket, windowBytes);
    const info = { localHost, localPort: this.port, remoteHost: peer.host, remotePort: peer.port };
    const [host, socket] = [this.#named(peer.host), this.#socket];
    const opened = new PortableDatagramSocket(
      socket,
      info,
      maxBytes,
      (datagram, sent) => socket.send(datagram, peer.port, host, sent),
      () => this.#left(key, opened),
    );
    this.#peers.set(key, opened);
    return opened;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closeIfLeft();
  }

  #left(key: string, socket: PortableDatagramSocket): void {
    this.#peers.delete(key);
    for (const [name, each] of this.#heard) if (each === socket) this.#heard.delete(name);
    this.#closeIfLeft();
  }

  #closeIfLeft(): void {
    if (!this.#open && this.#peers.size === 0) this.#socket.close();
  }

  #arrived(datagram: Buffer, { address, port }: RemoteInfo, name: string): void {
    const from = { host: canonicalHost(address), port };
    const own = this.#peers.get(peerKey(from));
    if (own) {
      this.#heard.set(name, own);
      own.take(datagram);
    } else if (this.#open) this.onStray(datagram, from);
  }

  /** A socket of both families names IPv4 in IPv6. */
  #named(host: string): string {
    return this.#isIpv6 && familyOf(host) === 4 ? `::ffff:${host}` : host;
  }
}
