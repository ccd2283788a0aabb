/**
 * What Linux knows of a TCP connection: TCP_INFO (struct tcp_info of linux/tcp.h, little-endian) and TCP_CONGESTION; and
 * one thing it can be told, TCP_NOTSENT_LOWAT. Called through the optional package koffi. Elsewhere, or without it, what
 * is asked is undefined and what is told goes unheard.
 */
import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import type { TcpSample } from '../events.js';

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

interface Options {
  /** Returns the value's length, or undefined where the call fails. */
  get(descriptor: number, option: number, value: Buffer): number | undefined;
  set(descriptor: number, option: number, value: Buffer): void;
}

let loaded: Options | undefined | null = null;

function options(): Options | undefined {
  if (loaded === null) loaded = loadOptions();
  return loaded;
}

function loadOptions(): Options | undefined {
  if (process.platform !== 'linux' || endianness() !== 'LE') return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const libc = koffi.load('libc.so.6');
    const get = libc.func('int getsockopt(int fd, int level, int option, void *value, void *length)');
    const set = libc.func('int setsockopt(int fd, int level, int option, void *value, uint32_t length)');
    return {
      get(descriptor, option, value) {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(value.length);
        return get(descriptor, IPPROTO_TCP, option, value, length) === 0 ? length.readUInt32LE() : undefined;
      },
      set: (descriptor, option, value) => set(descriptor, IPPROTO_TCP, option, value, value.length),
    };
  } catch {
    return undefined;
  }
}

export function readTcpInfo(descriptor: number | undefined): TcpSample | undefined {
  if (descriptor === undefined) return undefined;
  const info = Buffer.alloc(INFO_BYTES);
  const length = options()?.get(descriptor, TCP_INFO, info) ?? 0;
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
  const length = options()?.get(descriptor, TCP_CONGESTION, name);
  return length === undefined ? undefined : name.toString('latin1').replace(/\0.*$/s, '');
}

/** Has the kernel take no more than about `bytes` that it cannot send yet. */
export function limitUnsent(descriptor: number | undefined, bytes: number): void {
  if (descriptor === undefined) return;
  const value = Buffer.alloc(4);
  value.writeUInt32LE(Math.min(bytes, 2 ** 31 - 1));
  options()?.set(descriptor, TCP_NOTSENT_LOWAT, value);
}
