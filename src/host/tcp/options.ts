/**
 * What Linux knows of a TCP connection and can be told, by its descriptor. Called through the optional package koffi.
 * Elsewhere, or without it, what is asked is undefined and what is told goes unheard.
 */
import { attempt, given } from '../../given.js';
import type { SocketFacts, SocketSettings, TcpSample } from '../../measure/tcp.js';
import type { Family } from '../../net/ip.js';
import type { Simulation } from '../../plan/plan.js';
import { SocketOptions } from '../linux/socket-options.js';
import { libcIfAny, linux } from '../linux/sockets.js';
import { parseTcpInfo, tcpInfoBytes } from './info.js';

/** What `use` makes of the options; undefined where there is no way to them, or the kernel refuses. */
function withOptions<T>(fd: number | undefined, use: (options: SocketOptions) => T, family: Family = 4): T | undefined {
  const libc = libcIfAny();
  if (fd === undefined || libc === undefined) return undefined;
  return attempt(() => use(new SocketOptions(libc, fd, family)));
}

export function readTcpInfo(fd: number | undefined): TcpSample | undefined {
  const info = withOptions(fd, (options) => options.getBytes(linux.IPPROTO_TCP, linux.TCP_INFO, tcpInfoBytes));
  return info && parseTcpInfo(info);
}

/** Name of the connection's congestion control algorithm, e.g. `cubic`. */
export function readCongestion(fd: number | undefined): string | undefined {
  return withOptions(fd, congestionOf);
}

function congestionOf(options: SocketOptions): string {
  const name = options.getBytes(linux.IPPROTO_TCP, linux.TCP_CONGESTION, 16);
  return name.toString('latin1').replace(/\0.*$/s, '');
}

/** Has the kernel take no more than about `bytes` that it cannot send yet. */
export function limitUnsent(fd: number | undefined, bytes: number): void {
  const most = Math.min(bytes, 2 ** 31 - 1);
  withOptions(fd, (options) => options.set(linux.IPPROTO_TCP, linux.TCP_NOTSENT_LOWAT, most));
}

/** Sets the buffers that are asked for. */
export function setBuffers(fd: number | undefined, { sndbufBytes, rcvbufBytes }: Partial<Simulation>): void {
  withOptions(fd, (options) => {
    if (sndbufBytes !== undefined) options.set(linux.SOL_SOCKET, linux.SO_SNDBUF, sndbufBytes);
    if (rcvbufBytes !== undefined) options.set(linux.SOL_SOCKET, linux.SO_RCVBUF, rcvbufBytes);
  });
}

/** What the kernel has of the settings that are asked for; nothing where it does not tell. */
export function readSettings(fd: number | undefined, asked: Partial<Simulation>): SocketSettings {
  const settings = withOptions(fd, (options) => {
    const read = (wish: unknown, level: number, option: number) =>
      wish === undefined ? undefined : options.get(level, option);
    const noDelay = read(asked.noDelay, linux.IPPROTO_TCP, linux.TCP_NODELAY);
    return given({
      sndbufBytes: read(asked.sndbufBytes, linux.SOL_SOCKET, linux.SO_SNDBUF),
      rcvbufBytes: read(asked.rcvbufBytes, linux.SOL_SOCKET, linux.SO_RCVBUF),
      noDelay: noDelay === undefined ? undefined : noDelay !== 0,
    });
  });
  return settings ?? {};
}

/** Of all options that a user can ask for; nothing where the kernel does not tell. */
export function readFacts(fd: number | undefined, family: Family): SocketFacts {
  const facts = withOptions(
    fd,
    (options) => ({
      sndbufBytes: options.get(linux.SOL_SOCKET, linux.SO_SNDBUF),
      rcvbufBytes: options.get(linux.SOL_SOCKET, linux.SO_RCVBUF),
      tos: options.tos,
      mssBytes: options.get(linux.IPPROTO_TCP, linux.TCP_MAXSEG),
      congestion: congestionOf(options),
    }),
    family,
  );
  return facts ?? {};
}
