/**
 * What Linux knows of a TCP connection: TCP_INFO (struct tcp_info of linux/tcp.h, little-endian) and TCP_CONGESTION; and
 * what it can be told: TCP_NOTSENT_LOWAT and the sizes of its buffers. Called through the optional package koffi.
 * Elsewhere, or without it, what is asked is undefined and what is told goes unheard.
 */

import { endianness } from 'node:os';
import type { SocketSettings, TcpSample } from '../../measure/tcp.js';
import type { Simulation } from '../../plan/plan.js';
import { type Libc, loadLibc } from '../linux/libc.js';

const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_INFO = 11;
const TCP_CONGESTION = 13;
const TCP_NOTSENT_LOWAT = 25;

/** Offsets of the fields, each 32 bits. */
const field = {
  sndMss: 16,
  pathMtu: 60,
  rttUs: 68,
  rttVarUs: 72,
  sndCwnd: 80,
  reordering: 88,
  totalRetrans: 100,
  /** Only in kernels since 5.4, when the structure is long enough. */
  sndWnd: 228,
} as const;
const INFO_BYTES = 256;
const NEEDED_BYTES = field.totalRetrans + 4;

let libc: Libc | undefined | null = null;

function available(): Libc | undefined {
  if (libc !== null) return libc;
  try {
    libc = process.platform === 'linux' && endianness() === 'LE' ? loadLibc() : undefined;
  } catch {
    libc = undefined;
  }
  return libc;
}

/** Returns the value's length, or undefined where the call fails. */
function getOption(descriptor: number, option: number, value: Buffer, level = IPPROTO_TCP): number | undefined {
  const length = word(value.length);
  const result = available()?.calls.getsockopt(descriptor, level, option, value, length);
  return result === 0 ? length.readUInt32LE() : undefined;
}

function setOption(descriptor: number, option: number, value: Buffer, level = IPPROTO_TCP): void {
  available()?.calls.setsockopt(descriptor, level, option, value, value.length);
}

export function readTcpInfo(descriptor: number | undefined): TcpSample | undefined {
  if (descriptor === undefined) return undefined;
  const info = Buffer.alloc(INFO_BYTES);
  const length = getOption(descriptor, TCP_INFO, info) ?? 0;
  if (length < NEEDED_BYTES) return undefined;
  const mss = info.readUInt32LE(field.sndMss);
  return {
    retransmits: info.readUInt32LE(field.totalRetrans),
    cwndBytes: info.readUInt32LE(field.sndCwnd) * mss,
    sndWndBytes: length >= field.sndWnd + 4 ? info.readUInt32LE(field.sndWnd) : 0,
    rttUs: info.readUInt32LE(field.rttUs),
    rttVarUs: info.readUInt32LE(field.rttVarUs),
    pathMtu: info.readUInt32LE(field.pathMtu),
    reorder: info.readUInt32LE(field.reordering),
    mss,
  };
}

/** Name of the connection's congestion control algorithm, e.g. `cubic`. */
export function readCongestion(descriptor: number | undefined): string | undefined {
  if (descriptor === undefined) return undefined;
  const name = Buffer.alloc(16);
  const length = getOption(descriptor, TCP_CONGESTION, name);
  return length === undefined ? undefined : name.toString('latin1').replace(/\0.*$/s, '');
}

/** Has the kernel take no more than about `bytes` that it cannot send yet. */
export function limitUnsent(descriptor: number | undefined, bytes: number): void {
  if (descriptor !== undefined) setOption(descriptor, TCP_NOTSENT_LOWAT, word(Math.min(bytes, 2 ** 31 - 1)));
}

/** Sets the buffers that are asked for. */
export function setBuffers(descriptor: number | undefined, { sndbufBytes, rcvbufBytes }: Partial<Simulation>): void {
  if (descriptor === undefined) return;
  if (sndbufBytes !== undefined) setOption(descriptor, SO_SNDBUF, word(sndbufBytes), SOL_SOCKET);
  if (rcvbufBytes !== undefined) setOption(descriptor, SO_RCVBUF, word(rcvbufBytes), SOL_SOCKET);
}

/** What the kernel has of the settings that are asked for; nothing where it does not tell. */
export function readSettings(descriptor: number | undefined, asked: Partial<Simulation>): SocketSettings {
  const read = (wish: unknown, option: number, level: number) =>
    wish === undefined ? undefined : readWord(descriptor, option, level);
  const sndbufBytes = read(asked.sndbufBytes, SO_SNDBUF, SOL_SOCKET);
  const rcvbufBytes = read(asked.rcvbufBytes, SO_RCVBUF, SOL_SOCKET);
  const noDelay = read(asked.noDelay, TCP_NODELAY, IPPROTO_TCP);
  return {
    ...(sndbufBytes !== undefined && { sndbufBytes }),
    ...(rcvbufBytes !== undefined && { rcvbufBytes }),
    ...(noDelay !== undefined && { noDelay: noDelay !== 0 }),
  };
}

function readWord(descriptor: number | undefined, option: number, level: number): number | undefined {
  if (descriptor === undefined) return undefined;
  const value = word(0);
  return getOption(descriptor, option, value, level) === undefined ? undefined : value.readUInt32LE();
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
