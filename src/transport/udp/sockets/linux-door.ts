/**
 * A server's UDP port on Linux: peers get sockets of their own, bound to the same port and connected, so that the kernel
 * tells them apart, buffers for each of them, and counts what each of them loses.
 */
import { given } from '../../../given.js';
import type { DatagramsReceived } from '../../../host/linux/datagrams-received.js';
import type { KernelSocket } from '../../../host/linux/kernel-socket.js';
import type { Libc } from '../../../host/linux/libc.js';
import { decodeSocketAddress, encodeSocketAddress, type SocketAddress } from '../../../host/linux/socket-address.js';
import { linux, orClosed, SystemError } from '../../../host/linux/sockets.js';
import { type Family, familyOf } from '../../../net/ip.js';
import { LinuxReader } from './linux-reader.js';
import { anyAddress, connected, type LinuxDatagramSocket, openUdp, peerOf, socketAddressOf } from './linux-socket.js';
import {
  type DatagramDoor,
  type DatagramSocket,
  LARGEST_DATAGRAM,
  type Peer,
  type PeerOptions,
  peerKey,
} from './socket.js';

export class LinuxDatagramDoor implements DatagramDoor {
  readonly host: string;
  readonly port: number;
  onStray: DatagramDoor['onStray'] = () => {};
  readonly #libc: Libc;
  readonly #socket: KernelSocket;
  readonly #reader: LinuxReader;
  readonly #peers = new Map<string, LinuxDatagramSocket>();
  #open = true;

  /** Throws a SystemError, EADDRINUSE where the port is another's. */
  constructor(libc: Libc, { host, port }: { readonly host?: string; readonly port: number }) {
    this.#libc = libc;
    this.#socket = host === undefined ? bindAnywhere(libc, port) : bindTo(libc, { host, port });
    this.#reader = orClosed(this.#socket, () => {
      // Only now, or another server could have bound the port before.
      this.#socket.set(linux.SOL_SOCKET, linux.SO_REUSEADDR, 1);
      const ignore = () => {};
      const arrived = (received: DatagramsReceived, slot: number) => this.#arrived(received, slot);
      return new LinuxReader(libc, this.#socket, LARGEST_DATAGRAM, { arrived, failed: ignore, writable: ignore });
    });
    const local = peerOf(this.#socket.localAddress());
    this.host = local.host;
    this.port = local.port;
  }

  reply(datagram: Buffer, to: Peer, localHost?: string): void {
    if (!this.#open) return;
    const own = localHost === undefined ? undefined : this.#sharing(familyOf(to.host) ?? 4, { localHost });
    const socket = own ?? this.#socket;
    socket.sendTo(datagram, encodeSocketAddress(socketAddressOf(to), socket.family));
    own?.close();
  }

  open(peer: Peer, options: PeerOptions = {}): DatagramSocket {
    const key = peerKey(peer);
    if (this.#peers.has(key)) throw new SystemError('bind', linux.EADDRINUSE);
    const opened = this.#openFor(peer, options, () => this.#peers.delete(key));
    this.#peers.set(key, opened);
    return opened;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#reader.close();
    this.#socket.close();
  }

  #openFor(peer: Peer, options: PeerOptions, closed: () => void): LinuxDatagramSocket {
    const socket = this.#sharing(familyOf(peer.host) ?? 4, options);
    return orClosed(socket, () => {
      const foreign = (received: DatagramsReceived, slot: number) => this.#arrived(received, slot);
      return connected(this.#libc, socket, socketAddressOf(peer), options, { foreign, closed });
    });
  }

  /** Until it is connected, this socket gets what strangers send to the door. */
  #sharing(family: Family, options: PeerOptions): KernelSocket {
    const { localHost, tos, windowBytes, dontFragment, fragments } = options;
    const wishes = given({ tos, windowBytes, dontFragment });
    const socket = openUdp(this.#libc, family, wishes, 'the server', fragments);
    return orClosed(socket, () => {
      socket.set(linux.SOL_SOCKET, linux.SO_REUSEADDR, 1);
      socket.bind(this.#ownAddress(family, localHost));
      return socket;
    });
  }

  #ownAddress(family: Family, localHost: string | undefined): SocketAddress {
    const host = localHost ?? (this.host === '::' ? anyAddress(family) : this.host);
    return socketAddressOf({ host, port: this.port });
  }

  /** A peer's own socket may not have been there yet when its datagram was put where it was read. */
  #arrived(received: DatagramsReceived, slot: number): void {
    const address = decodeSocketAddress(received.name(slot));
    if (address === undefined) return;
    const from = peerOf(address);
    const own = this.#peers.get(peerKey(from));
    if (own) own.take(received, slot);
    else if (this.#open) this.onStray(received.data(slot), from);
  }
}

/** Both families where there are both. */
function bindAnywhere(libc: Libc, port: number): KernelSocket {
  try {
    return bindTo(libc, { host: '::', port });
  } catch (error) {
    if (!(error instanceof SystemError) || error.errno === linux.EADDRINUSE) throw error;
    return bindTo(libc, { host: '0.0.0.0', port });
  }
}

function bindTo(libc: Libc, at: Peer): KernelSocket {
  const family = familyOf(at.host) ?? 4;
  const socket = openUdp(libc, family, {}, 'this machine');
  return orClosed(socket, () => {
    if (family === 6) socket.set(linux.SOL_IPV6, linux.IPV6_V6ONLY, at.host === '::' ? 0 : 1);
    socket.bind(socketAddressOf(at));
    return socket;
  });
}
