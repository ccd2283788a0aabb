/** What Linux knows of a TCP connection and can be told. Each throws where the kernel refuses. */
import { attempt, given } from '../../given.js';
import type { SocketFacts, SocketSettings, TcpSample } from '../../measure/tcp.js';
import type { Family } from '../../net/ip.js';
import type { Simulation } from '../../plan/plan.js';
import { SocketOptions } from '../linux/socket-options.js';
import { libcIfAny, linux } from '../linux/sockets.js';
import { parseTcpInfo, tcpInfoBytes } from './info.js';

/**
 * What `use` makes of a socket's options, by the optional package koffi. Undefined elsewhere or without it, and where the
 * kernel refuses: what is told then goes unheard.
 */
export function withOptions<T>(
  fd: number | undefined,
  family: Family,
  use: (options: SocketOptions) => T,
): T | undefined {
  const libc = libcIfAny();
  if (fd === undefined || libc === undefined) return undefined;
  return attempt(() => use(new SocketOptions(libc, fd, family)));
}

export function readTcpInfo(options: SocketOptions): TcpSample | undefined {
  return parseTcpInfo(options.getBytes(linux.IPPROTO_TCP, linux.TCP_INFO, tcpInfoBytes));
}

/** Name of the connection's congestion control algorithm, e.g. `cubic`. */
export function readCongestion(options: SocketOptions): string {
  const name = options.getBytes(linux.IPPROTO_TCP, linux.TCP_CONGESTION, 16);
  return name.toString('latin1').replace(/\0.*$/s, '');
}

/** Has the kernel take no more than about `bytes` that it cannot send yet. */
export function limitUnsent(options: SocketOptions, bytes: number): void {
  options.set(linux.IPPROTO_TCP, linux.TCP_NOTSENT_LOWAT, Math.min(bytes, 2 ** 31 - 1));
}

/** Sets the buffers that are asked for. */
export function setBuffers(options: SocketOptions, { sndbufBytes, rcvbufBytes }: Partial<Simulation>): void {
  if (sndbufBytes !== undefined) options.set(linux.SOL_SOCKET, linux.SO_SNDBUF, sndbufBytes);
  if (rcvbufBytes !== undefined) options.set(linux.SOL_SOCKET, linux.SO_RCVBUF, rcvbufBytes);
}

/** What the kernel has of the settings that are asked for. */
export function readSettings(options: SocketOptions, asked: Partial<Simulation>): SocketSettings {
  const read = (wish: unknown, level: number, option: number) =>
    wish === undefined ? undefined : options.get(level, option);
  const noDelay = read(asked.noDelay, linux.IPPROTO_TCP, linux.TCP_NODELAY);
  return given({
    sndbufBytes: read(asked.sndbufBytes, linux.SOL_SOCKET, linux.SO_SNDBUF),
    rcvbufBytes: read(asked.rcvbufBytes, linux.SOL_SOCKET, linux.SO_RCVBUF),
    noDelay: noDelay === undefined ? undefined : noDelay !== 0,
  });
}

/** Of all options that a user can ask for. */
export function readFacts(options: SocketOptions): SocketFacts {
  return {
    sndbufBytes: options.get(linux.SOL_SOCKET, linux.SO_SNDBUF),
    rcvbufBytes: options.get(linux.SOL_SOCKET, linux.SO_RCVBUF),
    tos: options.tos,
    mssBytes: options.get(linux.IPPROTO_TCP, linux.TCP_MAXSEG),
    congestion: readCongestion(options),
  };
}
