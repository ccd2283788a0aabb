/**
 * What Linux knows of a TCP connection: TCP_INFO (struct tcp_info of linux/tcp.h, little-endian) and TCP_CONGESTION; and
 * one thing it can be told, TCP_NOTSENT_LOWAT. Called through the optional package koffi. Elsewhere, or without it, what
 * is asked is undefined and what is told goes unheard.
 */
import { endianness } from 'node:os';
import type { TcpSample } from '../events.js';
import { type Libc, loadLibc } from './libc.js';

const IPPROTO_TCP = 6;
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
function getOption(descriptor: number, option: number, value: Buffer): number | undefined {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  const result = available()?.calls.getsockopt(descriptor, IPPROTO_TCP, option, value, length);
  return result === 0 ? length.readUInt32LE() : undefined;
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
  if (descriptor === undefined) return;
  const value = Buffer.alloc(4);
  value.writeUInt32LE(Math.min(bytes, 2 ** 31 - 1));
  available()?.calls.setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, value, value.length);
}
