/** `struct sockaddr_in` and `struct sockaddr_in6`. */
import { bytesOfIp, type Family, ipOfBytes } from '../../net/ip.js';
import { linux, stableMemory } from './sockets.js';

export interface SocketAddress {
  readonly ip: string;
  readonly port: number;
  readonly scopeId: number;
}

/** Of the address's own family, or as an IPv6 socket names it that speaks IPv4 as well (RFC 3493, section 3.7). */
export function encodeSocketAddress({ ip, port, scopeId }: SocketAddress, socketFamily?: Family): Buffer {
  const bytes = bytesOfIp(ip);
  if (bytes === undefined) throw new RangeError(`not an address: ${ip}`);
  const family = socketFamily ?? (bytes.length === 4 ? 4 : 6);
  const memory = stableMemory(family === 4 ? 16 : 28);
  memory.writeUInt16LE(domainOf(family), 0);
  memory.writeUInt16BE(port, 2);
  if (family === 4) memory.set(bytes, 4);
  else {
    if (bytes.length === 4) memory.writeUInt16LE(0xffff, 18);
    memory.set(bytes, 24 - bytes.length);
    memory.writeUInt32LE(scopeId, 24);
  }
  return memory;
}

/** Undefined for other families and for structures cut short. */
export function decodeSocketAddress(memory: Uint8Array): SocketAddress | undefined {
  const bytes = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
  const family = bytes.length >= 2 ? bytes.readUInt16LE(0) : 0;
  if (family === linux.AF_INET && bytes.length >= 16) {
    return { ip: ipOfBytes(bytes.subarray(4, 8)), port: bytes.readUInt16BE(2), scopeId: 0 };
  }
  if (family === linux.AF_INET6 && bytes.length >= 28) {
    return { ip: ipOfBytes(bytes.subarray(8, 24)), port: bytes.readUInt16BE(2), scopeId: bytes.readUInt32LE(24) };
  }
  return undefined;
}

export function domainOf(family: Family): number {
  return family === 4 ? linux.AF_INET : linux.AF_INET6;
}
