/** A non-blocking Linux socket with what a trace needs of it. */
import { WperfError } from '../../errors.js';
import type { Libc } from '../../host/linux/libc.js';
import { MessageMemory } from '../../host/linux/message-memory.js';
import { SocketOptions } from '../../host/linux/socket-options.js';
import {
  type ControlMessage,
  checked,
  linux,
  parseControl,
  SystemError,
  stableMemory,
} from '../../host/linux/sockets.js';
import type { Family } from '../../net/ip.js';
import type { TraceTarget } from '../prober.js';
import { decodeSocketAddress, domainOf, encodeSocketAddress, type SocketAddress } from './socket-address.js';

const MESSAGE_BYTES = 2048;
/** A `struct sockaddr_storage`. */
const ADDRESS_BYTES = 128;

/** What recvmsg returned. The buffers are copies. */
export interface ReceivedMessage {
  readonly from: SocketAddress | undefined;
  readonly data: Buffer;
  readonly control: readonly ControlMessage[];
}

export class LinuxSocket extends SocketOptions {
  readonly #libc: Libc;
  readonly #memory: MessageMemory;

  /** Throws a SystemError when the kernel refuses. */
  constructor(libc: Libc, family: Family, type: number, protocol: number) {
    const kind = type | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
    super(libc, checked(libc, 'socket', domainOf(family), kind, protocol), family);
    this.#libc = libc;
    this.#memory = new MessageMemory(libc, MESSAGE_BYTES);
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
    const memory = stableMemory(ADDRESS_BYTES);
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
  receive(flags: number): ReceivedMessage | undefined {
    const first = this.#receiveOnce(flags);
    return first === 'error' ? orNone(this.#receiveOnce(flags)) : orNone(first);
  }

  /** Every message that is there. */
  *drain(flags: number): Generator<ReceivedMessage, void> {
    for (let message = this.receive(flags); message !== undefined; message = this.receive(flags)) yield message;
  }

  close(): void {
    this.#libc.calls.close(this.fd);
  }

  #receiveOnce(flags: number): ReceivedMessage | 'none' | 'error' {
    const memory = this.#memory;
    const errno = memory.receive(this.fd, flags);
    if (errno !== 0) return errno === linux.EAGAIN ? 'none' : 'error';
    return {
      from: decodeSocketAddress(memory.name),
      data: Buffer.from(memory.data),
      control: parseControl(Buffer.from(memory.control)),
    };
  }
}

function orNone(outcome: ReceivedMessage | 'none' | 'error'): ReceivedMessage | undefined {
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
export function socketRefusal(errno: number, target: TraceTarget): WperfError {
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
