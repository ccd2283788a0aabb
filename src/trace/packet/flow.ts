/**
 * Probes whose flow never changes (Paris traceroute, Augustin et al., IMC 2006): routers that share load by the five
 * numbers of a flow send them all the same way. What tells probes apart lies where no router looks but every ICMP error
 * quotes it: in the first eight bytes of the transport header. Pure: packets out, probe numbers back.
 */
import { bytesOfIp, type Family } from '../../net/ip.js';
import { checksum } from './checksum.js';
import { icmp4, icmp6 } from './codes.js';
import { hasPorts, type Ports, viewOfAtLeast } from './transport-header.js';

export interface Flow {
  /** IP protocol number of its probes. */
  readonly ipProtocol: number;
  /** What to hand to the sending socket. */
  packet(id: number): Buffer;
  /** The probe that an ICMP error quotes, given what follows the quoted IP header; undefined for any other packet. */
  idOfQuoted(transport: Uint8Array): number | undefined;
  /** The probe that the target answers, given what follows the IP header; undefined for any other packet. */
  idOfAnswer(transport: Uint8Array): number | undefined;
}

const ipProtocols = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 } as const;

/** UDP lengths in use; a length is free again long before the count comes round. */
const udpLengths = 512;
const udpHeaderBytes = 8;
const minUdpPayloadBytes = 12;

/** The number is in the UDP length, which network address translation leaves alone. */
export function udpFlow(ports: Ports): Flow {
  const latestOfLength = new Map<number, number>();
  return {
    ipProtocol: ipProtocols.udp,
    packet(id) {
      const payload = Buffer.alloc(minUdpPayloadBytes + (id % udpLengths));
      latestOfLength.set(udpHeaderBytes + payload.length, id);
      return payload;
    },
    idOfQuoted(transport) {
      const header = viewOfAtLeast(transport, 6);
      if (header === undefined || !hasPorts(header, ports)) return undefined;
      return latestOfLength.get(header.getUint16(4));
    },
    // A service on the port answers without telling which probe it had.
    idOfAnswer: () => undefined,
  };
}

const echoBytes = 32;
const cookieOffset = 10;

/**
 * The number is the sequence number; two bytes of payload make up for it, so that the checksum stays the same. `cookie`
 * is random, so that a ping which happens to use the same identifier is not taken for ours.
 */
export function icmpFlow(family: Family, identifier: number, cookie: Uint8Array): Flow {
  const numbers = family === 4 ? icmp4 : icmp6;
  const idOf = (transport: Uint8Array, type: number): number | undefined => {
    const header = viewOfAtLeast(transport, 8);
    if (header === undefined || header.getUint8(0) !== type || header.getUint16(4) !== identifier) return undefined;
    return carriesCookie(transport, cookie) ? header.getUint16(6) : undefined;
  };
  return {
    ipProtocol: family === 4 ? ipProtocols.icmp : ipProtocols.icmp6,
    packet(id) {
      const packet = Buffer.alloc(echoBytes);
      packet.writeUInt8(numbers.echoRequest, 0);
      packet.writeUInt16BE(identifier, 4);
      packet.writeUInt16BE(id & 0xffff, 6);
      packet.writeUInt16BE(0xffff - (id & 0xffff), 8);
      packet.set(cookie, cookieOffset);
      // The kernel fills in the checksum of ICMPv6.
      if (family === 4) packet.writeUInt16BE(checksum(packet), 2);
      return packet;
    },
    idOfQuoted: (transport) => idOf(transport, numbers.echoRequest),
    idOfAnswer: (transport) => (transport.length >= echoBytes ? idOf(transport, numbers.echoReply) : undefined),
  };
}

interface TcpEnds extends Ports {
  readonly sourceIp: string;
  readonly destinationIp: string;
}

const tcpFlags = { syn: 0x02, rst: 0x04, ack: 0x10 } as const;
const maximumSegmentSize = Buffer.from([2, 4, 0x05, 0xb4]);

/** The number is added to a random sequence number, which the target acknowledges. */
export function tcpFlow(ends: TcpEnds, firstSequence: number): Flow {
  const sent = new Set<number>();
  const idOfSequence = (sequence: number): number | undefined => {
    const id = (sequence - firstSequence) >>> 0;
    return sent.has(id) ? id : undefined;
  };
  return {
    ipProtocol: ipProtocols.tcp,
    packet(id) {
      sent.add(id);
      return synSegment(ends, (firstSequence + id) >>> 0);
    },
    idOfQuoted(transport) {
      const header = viewOfAtLeast(transport, 8);
      return header !== undefined && hasPorts(header, ends) ? idOfSequence(header.getUint32(4)) : undefined;
    },
    idOfAnswer(transport) {
      const header = viewOfAtLeast(transport, 20);
      const swapped = { source: ends.destination, destination: ends.source };
      if (header === undefined || !hasPorts(header, swapped)) return undefined;
      const flags = header.getUint8(13);
      const isAnswer = (flags & tcpFlags.ack) !== 0 && (flags & (tcpFlags.syn | tcpFlags.rst)) !== 0;
      return isAnswer ? idOfSequence((header.getUint32(8) - 1) >>> 0) : undefined;
    },
  };
}

function synSegment(ends: TcpEnds, sequence: number): Buffer {
  const segment = Buffer.alloc(20 + maximumSegmentSize.length);
  segment.writeUInt16BE(ends.source, 0);
  segment.writeUInt16BE(ends.destination, 2);
  segment.writeUInt32BE(sequence, 4);
  segment.writeUInt8((segment.length / 4) << 4, 12);
  segment.writeUInt8(tcpFlags.syn, 13);
  segment.writeUInt16BE(0xffff, 14);
  segment.set(maximumSegmentSize, 20);
  segment.writeUInt16BE(checksum(...pseudoHeader(ends, segment.length), segment), 16);
  return segment;
}

/** RFC 9293 and RFC 8200: for a checksum, the order and widths of its fields do not matter. */
function pseudoHeader({ sourceIp, destinationIp }: TcpEnds, length: number): Uint8Array[] {
  const addresses = [bytesOfIp(sourceIp), bytesOfIp(destinationIp)].map((bytes) => bytes ?? new Uint8Array());
  return [...addresses, Uint8Array.of(length >> 8, length & 0xff, 0, ipProtocols.tcp)];
}

/** An error may quote too little to tell. */
function carriesCookie(transport: Uint8Array, cookie: Uint8Array): boolean {
  if (transport.length < echoBytes) return true;
  return cookie.every((byte, index) => transport[cookieOffset + index] === byte);
}
