/** A Linux UDP socket that is connected to its peer: many datagrams a call, with the kernel's stamps. */
import { bounds } from '../../../defaults/index.js';
import type { ConnectionEnds } from '../../../events/load.js';
import { attempt, given } from '../../../given.js';
import type { DatagramsReceived } from '../../../host/linux/datagrams-received.js';
import { DatagramsSent, segmentsOf } from '../../../host/linux/datagrams-sent.js';
import { KernelSocket } from '../../../host/linux/kernel-socket.js';
import type { Libc } from '../../../host/linux/libc.js';
import { encodeSocketAddress, type SocketAddress } from '../../../host/linux/socket-address.js';
import { arrivalStamps, linux, orClosed, SystemError } from '../../../host/linux/sockets.js';
import { type OptionWishes, type Owner, setWishes } from '../../../host/tcp/wishes.js';
import { scopeIdOf, zoneOf } from '../../../host/zone.js';
import { type Family, familyOf, parseIp } from '../../../net/ip.js';
import { LinuxReader } from './linux-reader.js';
import {
  type ClientOptions,
  type DatagramOptions,
  type DatagramSocket,
  LARGEST_DATAGRAM,
  type Peer,
} from './socket.js';

const HEADER_BYTES = { 4: 20 + 8, 6: 40 + 8 } as const;

type UdpWishes = Pick<OptionWishes, 'tos' | 'windowBytes' | 'dontFragment' | 'device'>;

/** Whoever shares the port. */
interface Neighborhood {
  /** Gets what another than the peer sent before the socket was connected. */
  foreign(received: DatagramsReceived, slot: number): void;
  closed(): void;
}

const alone: Neighborhood = { foreign: () => {}, closed: () => {} };

export function openLinuxSocket(libc: Libc, options: ClientOptions): DatagramSocket {
  const { host, port, bind, localPort = 0, device, tos, windowBytes, dontFragment, fragments } = options;
  const remote = socketAddressOf({ host, port });
  const wishes = given({ device, tos, windowBytes, dontFragment });
  const socket = openUdp(libc, familyOf(host) ?? 4, wishes, 'this machine', fragments);
  return orClosed(socket, () => {
    if (bind !== undefined || localPort !== 0) {
      socket.bind(socketAddressOf({ host: bind ?? anyAddress(socket.family), port: localPort }));
    }
    return connected(libc, socket, remote, options, alone);
  });
}

/**
 * A descriptor with the options that every UDP socket of ours has. Throws a SystemError, or a WperfError for a wish. The
 * send buffer stays as it is: one that holds more than the queue of a device has that queue drop what the system took,
 * where a smaller one makes the sender wait.
 */
export function openUdp(libc: Libc, family: Family, wishes: UdpWishes, owner: Owner, fragments = false): KernelSocket {
  const socket = new KernelSocket(libc, family, linux.SOCK_DGRAM, linux.IPPROTO_UDP);
  return orClosed(socket, () => {
    socket.pathDiscovery = fragments ? linux.PMTUDISC_DONT : linux.PMTUDISC_DO;
    socket.set(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, arrivalStamps);
    socket.set(linux.SOL_SOCKET, linux.SO_RCVBUF, bounds.datagrams.receiveBufferBytes);
    setWishes(socket, wishes, owner);
    return socket;
  });
}

/** The socket of a peer, once its descriptor is opened and bound. */
export function connected(
  libc: Libc,
  socket: KernelSocket,
  remote: SocketAddress,
  { maxBytes = LARGEST_DATAGRAM }: DatagramOptions,
  neighborhood: Neighborhood,
): LinuxDatagramSocket {
  const errno = socket.connect(remote);
  if (errno !== 0) throw new SystemError('connect', errno);
  return new LinuxDatagramSocket(libc, socket, remote, maxBytes, neighborhood);
}

export function anyAddress(family: Family): string {
  return family === 4 ? '0.0.0.0' : '::';
}

export function socketAddressOf({ host, port }: Peer): SocketAddress {
  const { text = host, zone } = parseIp(host) ?? {};
  return { ip: text, port, scopeId: scopeIdOf(zone) };
}

export function peerOf({ ip, port, scopeId }: SocketAddress): Peer {
  return { host: scopeId === 0 ? ip : `${ip}%${zoneOf(scopeId)}`, port };
}

export class LinuxDatagramSocket implements DatagramSocket {
  readonly info: ConnectionEnds;
  onDatagram: DatagramSocket['onDatagram'] = () => {};
  onError: DatagramSocket['onError'] = () => {};
  onWritable: DatagramSocket['onWritable'] = () => {};
  refused = 0;
  readonly #libc: Libc;
  readonly #socket: KernelSocket;
  readonly #maxBytes: number;
  readonly #neighborhood: Neighborhood;
  readonly #peerName: Uint32Array;
  readonly #sent: DatagramsSent;
  readonly #reader: LinuxReader;
  /** The path has not refused to have datagrams cut for it. */
  #cuts = true;
  #open = true;

  constructor(libc: Libc, socket: KernelSocket, remote: SocketAddress, maxBytes: number, neighborhood: Neighborhood) {
    this.#libc = libc;
    this.#socket = socket;
    this.#maxBytes = maxBytes;
    this.#neighborhood = neighborhood;
    this.#peerName = nameWords(remote, socket.family);
    const [local, peer] = [peerOf(socket.localAddress()), peerOf(remote)];
    this.info = { localHost: local.host, localPort: local.port, remoteHost: peer.host, remotePort: peer.port };
    this.#sent = new DatagramsSent(libc);
    this.#reader = new LinuxReader(libc, socket, maxBytes, {
      arrived: (received, slot) => this.#arrived(received, slot),
      failed: (errno) => this.#tell('recvmmsg', errno),
      writable: () => this.onWritable(),
    });
  }

  send(datagram: Buffer): boolean {
    const sent = this.#try('sendto', () => this.#sendOne(datagram));
    if (isFull(sent)) {
      this.#reader.awaitRoom();
      return false;
    }
    if (sent < 0 && sent !== -linux.EMSGSIZE) this.refused += 1;
    return true;
  }

  sendWhole(datagram: Buffer): boolean {
    if (!this.#open) return true;
    const discovery = this.#socket.pathDiscovery;
    this.#socket.pathDiscovery = linux.PMTUDISC_DO;
    try {
      return this.send(datagram);
    } finally {
      if (this.#open) this.#socket.pathDiscovery = discovery;
    }
  }

  sendMany(memory: Buffer, bytes: number, count: number, segmented = false): number {
    let taken = 0;
    while (taken < count) {
      const rest = taken === 0 ? memory : memory.subarray(taken * bytes);
      const sent = this.#try('sendmmsg', () => this.#sendBatch(rest, bytes, count - taken, segmented));
      if (sent < 0) {
        this.#reader.awaitRoom();
        break;
      }
      taken += sent;
    }
    return taken;
  }

  get drops(): number | undefined {
    const at = linux.SK_MEMINFO_DROPS * 4;
    return this.#told(() => this.#socket.getBytes(linux.SOL_SOCKET, linux.SO_MEMINFO, at + 4).readUInt32LE(at));
  }

  get pathPayloadBytes(): number | undefined {
    const { family } = this.#socket;
    const [level, option] = family === 4 ? [linux.SOL_IP, linux.IP_MTU] : [linux.SOL_IPV6, linux.IPV6_MTU];
    const headerBytes = HEADER_BYTES[family];
    return this.#told(() => Math.min(LARGEST_DATAGRAM, this.#socket.get(level, option) - headerBytes));
  }

  get settings(): DatagramSocket['settings'] {
    const settings = this.#told(() => ({
      sndbufBytes: this.#socket.get(linux.SOL_SOCKET, linux.SO_SNDBUF),
      rcvbufBytes: this.#socket.get(linux.SOL_SOCKET, linux.SO_RCVBUF),
      tos: this.#socket.tos,
    }));
    return settings ?? {};
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#reader.close();
    this.#socket.close();
    this.#neighborhood.closed();
  }

  /** What another socket of this port has read. */
  take(received: DatagramsReceived, slot: number): void {
    if (!this.#open) return;
    const datagram = received.data(slot);
    this.onDatagram(datagram.length > this.#maxBytes ? nothing : datagram, received.arrivedAt(slot));
  }

  #arrived(received: DatagramsReceived, slot: number): void {
    if (received.isFrom(slot, this.#peerName)) this.take(received, slot);
    else this.#neighborhood.foreign(received, slot);
  }

  /** What the call gives, the errno below 0. ICMP about an earlier datagram fails a call that could do, so it is made twice. */
  #try(name: string, call: () => number): number {
    if (!this.#open) return -linux.EAGAIN;
    const result = call();
    if (result >= 0 || isFull(result)) return result;
    this.#tell(name, -result);
    return this.#open ? call() : result;
  }

  #sendOne(datagram: Buffer): number {
    const { fd } = this.#socket;
    const sent = Number(this.#libc.calls.sendto(fd, datagram, datagram.length, linux.MSG_DONTWAIT, null, 0));
    return sent < 0 ? -this.#libc.errno() : sent;
  }

  #sendBatch(memory: Buffer, bytes: number, count: number, segmented: boolean): number {
    const { fd } = this.#socket;
    const perMessage = segmented && this.#cuts ? segmentsOf(bytes) : 1;
    const sent = this.#sent.send(fd, memory, bytes, count, perMessage);
    if (perMessage === 1 || (sent !== -linux.EINVAL && sent !== -linux.EIO)) return sent;
    this.#cuts = false;
    return this.#sent.send(fd, memory, bytes, count, 1);
  }

  /** A path without a route has no length, and older kernels count no drops. */
  #told<T>(read: () => T): T | undefined {
    return this.#open ? attempt(read) : undefined;
  }

  #tell(call: string, errno: number): void {
    if (this.#open) this.onError(new SystemError(call, errno));
  }
}

const nothing = Buffer.alloc(0);

/** Of the socket's buffer, or of memory. */
function isFull(result: number): boolean {
  return result === -linux.EAGAIN || result === -linux.ENOBUFS;
}

/** What the kernel writes for this peer: family, port, in IPv6 a flow label of 0, and the address. */
function nameWords(peer: SocketAddress, family: Family): Uint32Array {
  const name = encodeSocketAddress(peer, family);
  return new Uint32Array(name.buffer, name.byteOffset, family === 4 ? 2 : 6);
}
