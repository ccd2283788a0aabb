/** A UDP socket by Node's `dgram`, for where the kernel's own calls are out of reach. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { bounds } from '../../../defaults/index.js';
import type { ConnectionEnds } from '../../../events/load.js';
import { given } from '../../../given.js';
import { refuseWishes } from '../../../host/tcp/wishes.js';
import { withZoneName } from '../../../host/zone.js';
import { canonicalHost, familyOf } from '../../../net/ip.js';
import { type ClientOptions, type DatagramSocket, LARGEST_DATAGRAM } from './socket.js';

/** Sends by the socket below; told when that is done, or has failed. */
type SendBelow = (datagram: Buffer, sent: (error: Error | null) => void) => void;

export async function openPortableSocket(options: ClientOptions): Promise<DatagramSocket> {
  const { host, port, bind, localPort = 0, device, tos, windowBytes, dontFragment, maxBytes } = options;
  refuseWishes(given({ device, tos, dontFragment }), 'this machine');
  const socket = createSocket(familyOf(host) === 6 ? 'udp6' : 'udp4');
  try {
    socket.bind({ port: localPort, ...(bind !== undefined && { address: withZoneName(bind) }) });
    await once(socket, 'listening');
    askForBuffers(socket, windowBytes);
    socket.connect(port, host);
    await once(socket, 'connect');
  } catch (error) {
    socket.close();
    throw error;
  }
  const [local, remote] = [socket.address(), socket.remoteAddress()];
  const info = {
    localHost: canonicalHost(local.address),
    localPort: local.port,
    remoteHost: canonicalHost(remote.address),
    remotePort: remote.port,
  };
  const send: SendBelow = (datagram, sent) => socket.send(datagram, sent);
  const opened = new PortableDatagramSocket(socket, info, maxBytes, send, () => socket.close());
  socket.on('message', (datagram) => opened.take(datagram)).on('error', (error) => opened.fail(error));
  return opened;
}

/** What was asked for has to be had; what nobody asked for is taken as the system gives it. */
export function askForBuffers(socket: Socket, windowBytes: number | undefined): void {
  try {
    socket.setRecvBufferSize(windowBytes ?? bounds.datagrams.receiveBufferBytes);
    if (windowBytes !== undefined) socket.setSendBufferSize(windowBytes);
  } catch (error) {
    if (windowBytes !== undefined) throw error;
  }
}

/** One peer's, on a socket of its own or one that peers share. */
export class PortableDatagramSocket implements DatagramSocket {
  readonly info: ConnectionEnds;
  readonly drops = undefined;
  readonly pathPayloadBytes = undefined;
  onDatagram: DatagramSocket['onDatagram'] = () => {};
  onError: DatagramSocket['onError'] = () => {};
  onWritable: DatagramSocket['onWritable'] = () => {};
  refused = 0;
  readonly #socket: Socket;
  readonly #maxBytes: number;
  readonly #sendBelow: SendBelow;
  readonly #closed: () => void;
  readonly #sent = (error: NodeJS.ErrnoException | null) => this.#done(error);
  #queued = 0;
  #awaitsRoom = false;
  #open = true;

  constructor(
    socket: Socket,
    info: ConnectionEnds,
    maxBytes: number | undefined,
    sendBelow: SendBelow,
    closed: () => void,
  ) {
    this.#socket = socket;
    this.info = info;
    this.#maxBytes = maxBytes ?? LARGEST_DATAGRAM;
    this.#sendBelow = sendBelow;
    this.#closed = closed;
  }

  send(datagram: Buffer): boolean {
    return this.sendMany(datagram, datagram.length, 1) === 1;
  }

  sendWhole(datagram: Buffer): boolean {
    return this.send(datagram);
  }

  sendMany(memory: Buffer, bytes: number, count: number): number {
    const taken = this.#open ? Math.min(count, bounds.datagrams.queued - this.#queued) : 0;
    if (taken < count) this.#awaitsRoom = true;
    // `dgram` may read it later, when the caller has written over it.
    const copy = Buffer.from(memory.subarray(0, taken * bytes));
    for (let i = 0; i < taken; i++) {
      this.#queued++;
      this.#sendBelow(copy.subarray(i * bytes, (i + 1) * bytes), this.#sent);
    }
    return taken;
  }

  get settings(): DatagramSocket['settings'] {
    if (!this.#open) return {};
    return { sndbufBytes: this.#socket.getSendBufferSize(), rcvbufBytes: this.#socket.getRecvBufferSize() };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closed();
  }

  take(datagram: Buffer): void {
    if (this.#open) this.onDatagram(datagram.length > this.#maxBytes ? datagram.subarray(0, 0) : datagram, undefined);
  }

  fail(error: Error): void {
    if (this.#open) this.onError(error);
  }

  #done(error: NodeJS.ErrnoException | null): void {
    this.#queued--;
    if (error) this.#lost(error);
    if (!this.#open || !this.#awaitsRoom || this.#queued > bounds.datagrams.queued / 2) return;
    this.#awaitsRoom = false;
    this.onWritable();
  }

  #lost(error: NodeJS.ErrnoException): void {
    if (error.code !== 'EMSGSIZE' && error.code !== 'ENOBUFS') this.refused += 1;
    this.fail(error);
  }
}
