/** A non-blocking Linux socket with what a trace needs of it. */
import { WperfError } from '../../errors.js';
import { KernelSocket } from '../../host/linux/kernel-socket.js';
import type { Libc } from '../../host/linux/libc.js';
import { MessageMemory } from '../../host/linux/message-memory.js';
import { decodeSocketAddress, type SocketAddress } from '../../host/linux/socket-address.js';
import { type ControlMessage, linux, parseControl, SystemError } from '../../host/linux/sockets.js';
import type { Family } from '../../net/ip.js';
import { meaningOfError } from '../packet/codes.js';
import type { Ancillary } from '../packet/errqueue.js';
import { parseMpls } from '../packet/quoted.js';
import type { Reply, TraceTarget } from '../prober.js';

const MESSAGE_BYTES = 2048;
/** A flood cannot keep the event loop: the rest wakes it again. */
const messagesAtOnce = 256;

/** What recvmsg returned. The buffers are copies. */
export interface ReceivedMessage {
  readonly from: SocketAddress | undefined;
  readonly data: Buffer;
  readonly control: readonly ControlMessage[];
}

export class LinuxSocket extends KernelSocket {
  readonly #memory: MessageMemory;

  /** Throws a SystemError when the kernel refuses. */
  constructor(libc: Libc, family: Family, type: number, protocol: number) {
    super(libc, family, type, protocol);
    this.#memory = new MessageMemory(libc, MESSAGE_BYTES);
  }

  /** The next message, or undefined when there is none; an error that was pending is swallowed and the call repeated. */
  receive(flags: number): ReceivedMessage | undefined {
    const first = this.#receiveOnce(flags);
    return first === 'error' ? orNone(this.#receiveOnce(flags)) : orNone(first);
  }

  /** The messages that are there. */
  *drain(flags: number): Generator<ReceivedMessage, void> {
    for (let left = messagesAtOnce; left > 0; left--) {
      const message = this.receive(flags);
      if (message === undefined) return;
      yield message;
    }
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

/** What the kernel has put into the error queue with a message; undefined of what no router has sent to end or mark a hop. */
export function icmpErrorIn(
  { data }: ReceivedMessage,
  error: Ancillary['error'],
  family: Family,
): Pick<Reply, 'from' | 'kind' | 'code' | 'mpls'> | undefined {
  if (error?.origin !== 'icmp' || error.offender === undefined) return undefined;
  const meaning = meaningOfError(family, error.type, error.code);
  const mpls = error.extensionsOffset > 0 ? parseMpls(data.subarray(error.extensionsOffset)) : [];
  return meaning && { ...meaning, from: error.offender, mpls };
}

/** Full buffers lose a packet as any queue on the path may; for all else that the local kernel refuses there is an error. */
export function checkSent(errno: number, target: TraceTarget): void {
  if (errno !== 0 && errno !== linux.EAGAIN && errno !== linux.ENOBUFS) throw socketRefusal(errno, target);
}

export function icmpProtocol(family: Family): number {
  return family === 4 ? linux.IPPROTO_ICMP : linux.IPPROTO_ICMPV6;
}

const seeRoute = 'see whether there is a route to it, and a firewall that lets no probes out';

export function socketRefusal(errno: number, target: TraceTarget): WperfError {
  const cause = new SystemError('send', errno);
  return sendRefusal(cause.code, cause, target);
}

/** For what the local system refuses: no route, a firewall rule, no such protocol. */
export function sendRefusal(reason: string, cause: Error, { ip }: TraceTarget): WperfError {
  return new WperfError('unreachable', `cannot send to ${ip} (${reason})`, {
    operation: 'traceroute',
    peer: ip,
    hint: /^(EACCES|Permission denied)$/.test(reason) ? `if it is no broadcast address, ${seeRoute}` : seeRoute,
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
