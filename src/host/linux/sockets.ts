/**
 * Linux sockets below what Node gives: the few struct layouts that system calls need, for the 64-bit little-endian ABIs
 * (x64 and arm64; glibc and musl agree on them). Lengths that the kernel returns are checked against the buffers before
 * anything is read.
 */

import { getSystemErrorName } from 'node:util';
import { attempt } from '../../given.js';
import { type Libc, loadLibc } from './libc.js';

/** Constants of <sys/socket.h>, <netinet/in.h>, <linux/errqueue.h>, <linux/net_tstamp.h>, <sched.h>. */
export const linux = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x80000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_LINGER: 13,
  SO_BINDTODEVICE: 25,
  SO_ERROR: 4,
  SO_ATTACH_FILTER: 26,
  SO_TIMESTAMPING: 37,
  SO_MEMINFO: 55,
  /** Word of SO_MEMINFO: datagrams that the receive buffer had no room for. */
  SK_MEMINFO_DROPS: 8,
  SOF_TX_SOFTWARE: 1 << 1,
  SOF_RX_SOFTWARE: 1 << 3,
  SOF_SOFTWARE: 1 << 4,
  SOF_OPT_ID: 1 << 7,
  SOF_OPT_TSONLY: 1 << 11,
  SOL_IP: 0,
  IP_TOS: 1,
  IP_TTL: 2,
  IP_MTU_DISCOVER: 10,
  IP_RECVERR: 11,
  IP_RECVTTL: 12,
  IP_MTU: 14,
  IP_RECVERR_RFC4884: 26,
  SOL_IPV6: 41,
  IPV6_UNICAST_HOPS: 16,
  IPV6_MTU_DISCOVER: 23,
  IPV6_MTU: 24,
  IPV6_RECVERR: 25,
  IPV6_V6ONLY: 26,
  IPV6_RECVERR_RFC4884: 31,
  IPV6_RECVHOPLIMIT: 51,
  IPV6_HOPLIMIT: 52,
  IPV6_TCLASS: 67,
  IPPROTO_ICMP: 1,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_ICMPV6: 58,
  /** For either family: never fragment, and learn what the path takes. */
  PMTUDISC_DONT: 0,
  PMTUDISC_DO: 2,
  UDP_SEGMENT: 103,
  SOL_RAW: 255,
  ICMP_FILTER: 1,
  ICMP6_FILTER: 1,
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  TCP_INFO: 11,
  TCP_CONGESTION: 13,
  TCP_NOTSENT_LOWAT: 25,
  CLOCK_MONOTONIC: 1,
  TFD_NONBLOCK: 0x800,
  TFD_CLOEXEC: 0x80000,
  SCHED_OTHER: 0,
  SCHED_IDLE: 5,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_MOD: 3,
  EPOLLIN: 1,
  EPOLLOUT: 4,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_ERRQUEUE: 0x2000,
  EPERM: 1,
  EINTR: 4,
  EIO: 5,
  EAGAIN: 11,
  EACCES: 13,
  EINVAL: 22,
  EMSGSIZE: 90,
  EADDRINUSE: 98,
  ENOBUFS: 105,
  ECONNREFUSED: 111,
  EINPROGRESS: 115,
} as const;

/** For SO_TIMESTAMPING: when a packet arrived. */
export const arrivalStamps = linux.SOF_RX_SOFTWARE | linux.SOF_SOFTWARE;

/** A system call that the kernel refused. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  /** E.g. `EPERM`. */
  readonly code: string;

  constructor(
    readonly call: string,
    readonly errno: number,
  ) {
    const code = getSystemErrorName(-errno);
    super(`${call}: ${code}`);
    this.code = code;
  }
}

/** The result of a system call; throws a SystemError when the kernel refuses. */
export function checked(libc: Libc, call: keyof Libc['calls'], ...values: unknown[]): number {
  const result = Number(libc.calls[call](...values));
  if (result < 0) throw new SystemError(call, libc.errno());
  return result;
}

/** What `next` gives; closes what was opened where it throws. */
export function orClosed<T>(opened: { close(): void }, next: () => T): T {
  try {
    return next();
  } catch (error) {
    opened.close();
    throw error;
  }
}

export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly data: Buffer;
}

/** Throws where koffi is missing or the platform is another; the message says which. */
export function openLibc(): Libc {
  const supported = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  if (!supported) throw new Error(`not made for ${process.platform} on ${process.arch}`);
  return loadLibc();
}

let available: Libc | undefined | null = null;

/** The same, undefined where that throws. Tried once. */
export function libcIfAny(): Libc | undefined {
  if (available === null) available = attempt(openLibc);
  return available;
}

/** Memory outside V8's heap, so that the garbage collector cannot move it while the kernel holds its address. */
export function stableMemory(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes));
}

/** The `cmsghdr`s in a control buffer; walking stops at the first whose length does not fit. */
export function parseControl(control: Buffer): ControlMessage[] {
  const headerBytes = 16;
  const messages: ControlMessage[] = [];
  let offset = 0;
  while (offset + headerBytes <= control.length) {
    const length = control.readBigUInt64LE(offset);
    if (length < headerBytes || length > control.length - offset) break;
    const end = offset + Number(length);
    messages.push({
      level: control.readInt32LE(offset + 8),
      type: control.readInt32LE(offset + 12),
      data: control.subarray(offset + headerBytes, end),
    });
    offset = Math.ceil(end / 8) * 8;
  }
  return messages;
}

/** The kernel's software time stamp (SO_TIMESTAMPING), CLOCK_REALTIME: the first of three `struct timespec`; 0 is none. */
export function stampOf({ level, type, data }: ControlMessage): bigint | undefined {
  if (level !== linux.SOL_SOCKET || type !== linux.SO_TIMESTAMPING || data.length < 16) return undefined;
  const stampNs = data.readBigInt64LE(0) * 1_000_000_000n + data.readBigInt64LE(8);
  return stampNs > 0n ? stampNs : undefined;
}

/** One `struct epoll_event`; only x86-64 packs it. Errors are always reported, whatever `events` asks for. */
export function encodeEpollEvent(fd: number, events: number, arch: string): Buffer {
  const packed = arch === 'x64';
  const memory = stableMemory(packed ? 12 : 16);
  memory.writeUInt32LE(events, 0);
  memory.writeInt32LE(fd, packed ? 4 : 8);
  return memory;
}

/** CLOCK_REALTIME in nanoseconds: the clock of the kernel's packet time stamps. */
export function realtimeNs(libc: Libc): bigint {
  libc.calls.clock_gettime(0, clockMemory);
  return clockMemory.readBigInt64LE(0) * 1_000_000_000n + clockMemory.readBigInt64LE(8);
}

const clockMemory = stableMemory(16);
