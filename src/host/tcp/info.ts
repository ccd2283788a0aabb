/** What Linux tells of a TCP connection in one structure: struct tcp_info of linux/tcp.h, little-endian. Pure. */
import type { TcpSample } from '../../measure/tcp.js';

/** Offsets of the fields, each 32 bits. */
const field = {
  sndMss: 16,
  unacked: 24,
  lastAckMs: 56,
  pathMtu: 60,
  rttUs: 68,
  rttVarUs: 72,
  sndCwnd: 80,
  reordering: 88,
  totalRetrans: 100,
  /** Since 4.6. */
  notSentBytes: 144,
  /** Only in kernels since 5.4, when the structure is long enough. */
  sndWnd: 228,
} as const;

export const tcpInfoBytes = 256;

/** Undefined of a structure too short, as old kernels have. */
export function parseTcpInfo(info: Buffer): TcpSample | undefined {
  if (info.length < field.totalRetrans + 4) return undefined;
  const mss = info.readUInt32LE(field.sndMss);
  const sndWndBytes = info.length >= field.sndWnd + 4 ? info.readUInt32LE(field.sndWnd) : undefined;
  return {
    retransmits: info.readUInt32LE(field.totalRetrans),
    cwndBytes: info.readUInt32LE(field.sndCwnd) * mss,
    sndWndBytes: sndWndBytes ?? 0,
    ...(sndWndBytes !== undefined && { isWindowClosed: sndWndBytes < mss }),
    sinceAckMs: info.readUInt32LE(field.lastAckMs),
    rttUs: info.readUInt32LE(field.rttUs),
    rttVarUs: info.readUInt32LE(field.rttVarUs),
    pathMtu: info.readUInt32LE(field.pathMtu),
    reorder: info.readUInt32LE(field.reordering),
    mss,
    ...(info.length >= field.notSentBytes + 4 && {
      waitingBytes: info.readUInt32LE(field.unacked) * mss + info.readUInt32LE(field.notSentBytes),
    }),
  };
}
