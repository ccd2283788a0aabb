/** A non-blocking Linux socket with what a trace needs of it, and an epoll set that wakes the event loop for several. */
import { WperfError } from '../errors.js';
import type { Family } from './ip.js';
import {
  decodeSocketAddress,
  domainOf,
  encodeEpollEvent,
  encodeSocketAddress,
  type Libc,
  linux,
  type Message,
  parseControl,
  type SocketAddress,
  SystemError,
  stableMemory,
} from './libc.js';
import type { TraceTarget } from './prober.js';
import { checked, SocketOptions } from './socket-options.js';

const layout = { name: 0, nameBytes: 128, iov: 128, header: 144, control: 200, controlBytes: 1024 } as const;
const dataBytes = 2048;
const dataOffset = layout.control + layout.controlBytes;

export class LinuxSocket extends SocketOptions {
  readonly #libc: Libc;
  readonly #memory = stableMemory(dataOffset + dataBytes);
  readonly #base: bigint;

  /** Throws a SystemError when the kernel refuses. */
  constructor(libc: Libc, family: Family, type: number, protocol: number) {
    const kind = type | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
    super(libc, checked(libc, 'socket', domainOf(family), kind, protocol), family);
    this.#libc = libc;
    this.#base = libc.addressOf(this.#memory);
  }

  /** Takes the pending error, so that it does not fail the next call; 0 is none. */
  takeError(): number {
    return this.getBytes(linux.SOL_SOCKET, linux.SO_ERROR, 4).readInt32LE(0);
  }

  bind(address: SocketAddress): void {
    const encoded = encodeSocketAddress(address);
    checked(this.#libc, 'bind', this.fd, encoded, encoded.length);
  }

  /** 0 or the errno, since EINPROGRESS and refusals are ordinary outcomes. */
  connect(address: SocketAddress): number {
    const encoded = encodeSocketAddress(address);
    const result = this.#libc.calls.connect(this.fd, encoded, encoded.length);
    return result === 0 ? 0 : this.#libc.errno();
  }

  localAddress(): SocketAddress {
    const memory = stableMemory(layout.nameBytes);
    const length = stableMemory(4);
    length.writeUInt32LE(memory.length, 0);
    checked(this.#libc, 'getsockname', this.fd, memory, length);
    const address = decodeSocketAddress(memory.subarray(0, length.readUInt32LE(0)));
    if (address === undefined) throw new SystemError('getsockname', linux.EACCES);
    return address;
  }

  /** 0 or the errno. `to` is an encoded socket address. */
  sendTo(data: Buffer, to: Buffer): number {
    const sent = this.#libc.calls.sendto(this.fd, data, data.length, 0, to, to.length);
    return Number(sent) < 0 ? this.#libc.errno() : 0;
  }

  /** The next message, or undefined when there is none; an error that was pending is swallowed and the call repeated. */
  receive(flags: number): Message | undefined {
    const first = this.#receiveOnce(flags);
    return first === 'error' ? orNone(this.#receiveOnce(flags)) : orNone(first);
  }

  /** Every message that is there. */
  *drain(flags: number): Generator<Message, void> {
    for (let message = this.receive(flags); message !== undefined; message = this.receive(flags)) yield message;
  }

  close(): void {
    this.#libc.calls.close(this.fd);
  }

  #receiveOnce(flags: number): Message | 'none' | 'error' {
    const memory = this.#memory;
    this.#writeHeader();
    const header = memory.subarray(layout.header, layout.control);
    const received = Number(this.#libc.calls.recvmsg(this.fd, header, flags | linux.MSG_DONTWAIT));
    if (received < 0) return this.#libc.errno() === linux.EAGAIN ? 'none' : 'error';
    const nameBytes = Math.min(header.readUInt32LE(8), layout.nameBytes);
    const controlBytes = Math.min(header.readUInt32LE(40), layout.controlBytes);
    const copy = Buffer.from(memory);
    return {
      from: decodeSocketAddress(copy.subarray(layout.name, layout.name + nameBytes)),
      data: copy.subarray(dataOffset, dataOffset + Math.min(received, dataBytes)),
      control: parseControl(copy.subarray(layout.control, layout.control + controlBytes)),
    };
  }

  /** `struct iovec` and `struct msghdr`, pointing into this socket's memory. */
  #writeHeader(): void {
    const memory = this.#memory;
    memory.writeBigUInt64LE(this.#base + BigInt(dataOffset), layout.iov);
    memory.writeBigUInt64LE(BigInt(dataBytes), layout.iov + 8);
    memory.fill(0, layout.header, layout.control);
    memory.writeBigUInt64LE(this.#base + BigInt(layout.name), layout.header);
    memory.writeUInt32LE(layout.nameBytes, layout.header + 8);
    memory.writeBigUInt64LE(this.#base + BigInt(layout.iov), layout.header + 16);
    memory.writeBigUInt64LE(1n, layout.header + 24);
    memory.writeBigUInt64LE(this.#base + BigInt(layout.control), layout.header + 32);
    memory.writeBigUInt64LE(BigInt(layout.controlBytes), layout.header + 40);
  }
}

/**
 * Wakes the event loop when a socket has input or an error. libuv stops polling a socket with EBADF when its error queue
 * fills, so it polls an epoll descriptor that watches the sockets instead.
 */
export class Epoll {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #poll: { close(): void };

  constructor(libc: Libc, wake: () => void) {
    this.#libc = libc;
    this.#fd = Number(libc.calls.epoll_create1(linux.SOCK_CLOEXEC));
    if (this.#fd < 0) throw new SystemError('epoll_create1', libc.errno());
    this.#poll = libc.poll(this.#fd, wake);
  }

  add(socket: LinuxSocket, events: number = linux.EPOLLIN): void {
    const added = 1;
    const event = encodeEpollEvent(socket.fd, events, process.arch);
    const result = Number(this.#libc.calls.epoll_ctl(this.#fd, added, socket.fd, event));
    if (result < 0) throw new SystemError('epoll_ctl', this.#libc.errno());
  }

  close(): void {
    this.#poll.close();
    this.#libc.calls.close(this.#fd);
  }
}

function orNone(outcome: Message | 'none' | 'error'): Message | undefined {
  return typeof outcome === 'string' ? undefined : outcome;
}

/** Asks for errors with their extensions and for the TTL of what arrives. */
export function reportErrors(socket: LinuxSocket): void {
  const { SOL_IP, SOL_IPV6 } = linux;
  if (socket.family === 4) {
    socket.set(SOL_IP, linux.IP_RECVERR, 1);
    socket.set(SOL_IP, linux.IP_RECVTTL, 1);
    setIfKnown(socket, SOL_IP, linux.IP_RECVERR_RFC4884);
  } else {
    socket.set(SOL_IPV6, linux.IPV6_RECVERR, 1);
    socket.set(SOL_IPV6, linux.IPV6_RECVHOPLIMIT, 1);
    setIfKnown(socket, SOL_IPV6, linux.IPV6_RECVERR_RFC4884);
  }
}

/** For what the local kernel refuses: no route, a firewall rule, no such protocol. */
export function refusal(errno: number, target: TraceTarget): WperfError {
  const cause = new SystemError('send', errno);
  return new WperfError('unreachable', `cannot send to ${target.ip} (${cause.code})`, {
    operation: 'traceroute',
    peer: target.ip,
    hint: 'see whether this machine has a route to it and a firewall that lets the probes out',
    cause,
  });
}

function setIfKnown(socket: LinuxSocket, level: number, option: number): void {
  try {
    socket.set(level, option, 1);
  } catch {
    // Linux before 5.9 has no such option; labels then stay unknown.
  }
}
