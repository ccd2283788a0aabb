/**
 * What Linux knows of a TCP connection and can be told, by its descriptor. Called through the optional package koffi.
 * Elsewhere, or without it, what is asked is undefined and what is told goes unheard.
 */
import { given } from '../../given.js';
import type { SocketSettings, TcpSample } from '../../measure/tcp.js';
import type { Simulation } from '../../plan/plan.js';
import type { Libc } from '../linux/libc.js';
import { linux, openLibc } from '../linux/sockets.js';
import { parseTcpInfo, tcpInfoBytes } from './info.js';

let libc: Libc | undefined | null = null;

function available(): Libc | undefined {
  if (libc !== null) return libc;
  try {
    libc = openLibc();
  } catch {
    libc = undefined;
  }
  return libc;
}

/** At most so many bytes of an option's value; undefined where the call fails. */
function getOption(fd: number | undefined, level: number, option: number, bytes: number): Buffer | undefined {
  if (fd === undefined) return undefined;
  const [value, length] = [Buffer.alloc(bytes), word(bytes)];
  const result = available()?.calls.getsockopt(fd, level, option, value, length);
  return result === 0 ? value.subarray(0, length.readUInt32LE()) : undefined;
}

function setOption(fd: number | undefined, level: number, option: number, value: Buffer): void {
  if (fd !== undefined) available()?.calls.setsockopt(fd, level, option, value, value.length);
}

export function readTcpInfo(fd: number | undefined): TcpSample | undefined {
  const info = getOption(fd, linux.IPPROTO_TCP, linux.TCP_INFO, tcpInfoBytes);
  return info && parseTcpInfo(info);
}

/** Name of the connection's congestion control algorithm, e.g. `cubic`. */
export function readCongestion(fd: number | undefined): string | undefined {
  const name = getOption(fd, linux.IPPROTO_TCP, linux.TCP_CONGESTION, 16);
  return name?.toString('latin1').replace(/\0.*$/s, '');
}

/** Has the kernel take no more than about `bytes` that it cannot send yet. */
export function limitUnsent(fd: number | undefined, bytes: number): void {
  setOption(fd, linux.IPPROTO_TCP, linux.TCP_NOTSENT_LOWAT, word(Math.min(bytes, 2 ** 31 - 1)));
}

/** Sets the buffers that are asked for. */
export function setBuffers(fd: number | undefined, { sndbufBytes, rcvbufBytes }: Partial<Simulation>): void {
  if (sndbufBytes !== undefined) setOption(fd, linux.SOL_SOCKET, linux.SO_SNDBUF, word(sndbufBytes));
  if (rcvbufBytes !== undefined) setOption(fd, linux.SOL_SOCKET, linux.SO_RCVBUF, word(rcvbufBytes));
}

/** What the kernel has of the settings that are asked for; nothing where it does not tell. */
export function readSettings(fd: number | undefined, asked: Partial<Simulation>): SocketSettings {
  const read = (wish: unknown, level: number, option: number) =>
    wish === undefined ? undefined : getOption(fd, level, option, 4)?.readUInt32LE();
  const noDelay = read(asked.noDelay, linux.IPPROTO_TCP, linux.TCP_NODELAY);
  return given({
    sndbufBytes: read(asked.sndbufBytes, linux.SOL_SOCKET, linux.SO_SNDBUF),
    rcvbufBytes: read(asked.rcvbufBytes, linux.SOL_SOCKET, linux.SO_RCVBUF),
    noDelay: noDelay === undefined ? undefined : noDelay !== 0,
  });
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
