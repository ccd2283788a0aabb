/**
 * ICMP errors and the packets they quote (RFC 792, RFC 4443), with the extensions of RFC 4884 and the MPLS label stacks
 * of RFC 4950. Everything here was sent by strangers: every length is checked, and what does not hold is not there.
 */
import type { MplsLabel } from '../../events/hop.js';
import { type Family, ipOfBytes } from '../../net/ip.js';
import { checksum } from './checksum.js';
import { viewOf } from './transport-header.js';

interface IpPacket {
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  /** What follows the IP header, as far as it is there. */
  readonly payload: Uint8Array;
}

interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly quoted: IpPacket;
  readonly mpls: readonly MplsLabel[];
}

const icmpHeaderBytes = 8;
/** RFC 4884, section 5.1: with extensions, the quoted datagram fills at least this much. */
const minQuotedBytes = 128;
const mplsClass = 1;
const mplsIncomingStack = 1;
/** Deeper label stacks than this are not met; a message has room for hundreds. */
const maxLabels = 16;

/** `message` begins at the ICMP header. Undefined unless it quotes the beginning of an IP packet of the same family. */
export function parseIcmpError(family: Family, message: Uint8Array): IcmpError | undefined {
  const [type, code, , , fifth, sixth] = message;
  if (type === undefined || code === undefined || message.length < icmpHeaderBytes) return undefined;
  const body = message.subarray(icmpHeaderBytes);
  const quotedBytes = family === 4 ? (sixth ?? 0) * 4 : (fifth ?? 0) * 8;
  const { datagram, mpls } = splitExtensions(body, quotedBytes);
  const quoted = parseIpPacket(family, datagram);
  return quoted && { type, code, quoted, mpls };
}

/** The header at the beginning of `bytes`, by its own length. Undefined for fragments other than the first. */
export function parseIpPacket(family: Family, bytes: Uint8Array): IpPacket | undefined {
  return family === 4 ? parseIpv4(bytes) : parseIpv6(bytes);
}

/** Label stack in an extension structure (RFC 4884, section 7); empty when any part of it is wrong. */
export function parseMpls(extensions: Uint8Array): readonly MplsLabel[] {
  if (!validExtensionHeader(extensions)) return [];
  const view = viewOf(extensions);
  let offset = 4;
  while (offset + 4 <= extensions.length) {
    const objectBytes = view.getUint16(offset);
    if (objectBytes < 4 || offset + objectBytes > extensions.length) return [];
    const isStack = extensions[offset + 2] === mplsClass && extensions[offset + 3] === mplsIncomingStack;
    if (isStack) return labelsOf(extensions.subarray(offset + 4, offset + objectBytes));
    offset += objectBytes;
  }
  return [];
}

function splitExtensions(body: Uint8Array, quotedBytes: number): { datagram: Uint8Array; mpls: readonly MplsLabel[] } {
  if (quotedBytes >= minQuotedBytes && quotedBytes <= body.length) {
    return { datagram: body.subarray(0, quotedBytes), mpls: parseMpls(body.subarray(quotedBytes)) };
  }
  // RFC 4884, section 5.5: older routers append the same structure without telling the length.
  const unannounced = quotedBytes === 0 ? body.subarray(minQuotedBytes) : body.subarray(body.length);
  return { datagram: body, mpls: hasChecksum(unannounced) ? parseMpls(unannounced) : [] };
}

function parseIpv4(bytes: Uint8Array): IpPacket | undefined {
  const [first] = bytes;
  if (first === undefined || first >> 4 !== 4) return undefined;
  const headerBytes = (first & 0x0f) * 4;
  if (headerBytes < 20 || bytes.length < headerBytes) return undefined;
  const view = viewOf(bytes);
  if ((view.getUint16(6) & 0x1fff) !== 0) return undefined;
  return {
    protocol: view.getUint8(9),
    source: ipOfBytes(bytes.subarray(12, 16)),
    destination: ipOfBytes(bytes.subarray(16, 20)),
    ttl: view.getUint8(8),
    payload: bytes.subarray(headerBytes),
  };
}

function parseIpv6(bytes: Uint8Array): IpPacket | undefined {
  const [first] = bytes;
  if (first === undefined || first >> 4 !== 6 || bytes.length < 40) return undefined;
  const view = viewOf(bytes);
  return {
    protocol: view.getUint8(6),
    source: ipOfBytes(bytes.subarray(8, 24)),
    destination: ipOfBytes(bytes.subarray(24, 40)),
    ttl: view.getUint8(7),
    payload: bytes.subarray(40),
  };
}

function validExtensionHeader(extensions: Uint8Array): boolean {
  const [first] = extensions;
  if (first === undefined || extensions.length < 4 || first >> 4 !== 2) return false;
  return !hasChecksum(extensions) || checksum(extensions) === 0;
}

/** RFC 4884, section 7: a zero says that none was computed. */
function hasChecksum(extensions: Uint8Array): boolean {
  return extensions.length >= 4 && viewOf(extensions).getUint16(2) !== 0;
}

function labelsOf(stack: Uint8Array): readonly MplsLabel[] {
  if (stack.length % 4 !== 0) return [];
  const view = viewOf(stack);
  const entries = Math.min(stack.length / 4, maxLabels);
  return Array.from({ length: entries }, (_, index) => {
    const entry = view.getUint32(index * 4);
    return {
      label: entry >>> 12,
      trafficClass: (entry >>> 9) & 7,
      bottom: ((entry >>> 8) & 1) === 1,
      ttl: entry & 0xff,
    };
  });
}
