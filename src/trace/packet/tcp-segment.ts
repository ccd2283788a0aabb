/** The header of a TCP segment (RFC 9293, section 3.1), from strangers: every length is checked. Pure. */
import { type Ports, viewOfAtLeast } from './transport-header.js';

interface TcpSegment extends Ports {
  /** The next sequence number that its sender expects; undefined without the ACK flag. */
  readonly acknowledged: number | undefined;
  /** Bytes after the header, as far as they are there. */
  readonly payloadBytes: number;
}

const minHeaderBytes = 20;
const ack = 0x10;

/** Undefined for a header that is cut short or says so of itself. */
export function parseTcpSegment(bytes: Uint8Array): TcpSegment | undefined {
  const view = viewOfAtLeast(bytes, minHeaderBytes);
  if (view === undefined) return undefined;
  const headerBytes = (view.getUint8(12) >> 4) * 4;
  if (headerBytes < minHeaderBytes || headerBytes > bytes.length) return undefined;
  return {
    source: view.getUint16(0),
    destination: view.getUint16(2),
    acknowledged: (view.getUint8(13) & ack) === 0 ? undefined : view.getUint32(8),
    payloadBytes: bytes.length - headerBytes,
  };
}

/** Whether sequence number `a` is after `b`, around the end of their range too (RFC 9293, section 3.4). */
export function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
