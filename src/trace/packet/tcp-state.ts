/** What Linux says of a connection's outgoing data: TCP_INFO, `struct tcp_info` of linux/tcp.h, little-endian. Pure. */

export interface TcpState {
  /** Segments sent and not acknowledged. */
  readonly unackedSegments: number;
  /** Bytes written and never sent. */
  readonly unsentBytes: number;
  /** Segments sent again since the connection began. */
  readonly retransmits: number;
}

const offsets = { unacked: 24, totalRetrans: 100, notsentBytes: 144 } as const;
export const tcpStateBytes = offsets.notsentBytes + 4;

/** Undefined from kernels that tell less: those before 4.6. */
export function parseTcpState(info: Buffer): TcpState | undefined {
  if (info.length < tcpStateBytes) return undefined;
  return {
    unackedSegments: info.readUInt32LE(offsets.unacked),
    unsentBytes: info.readUInt32LE(offsets.notsentBytes),
    retransmits: info.readUInt32LE(offsets.totalRetrans),
  };
}
