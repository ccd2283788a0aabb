/** `struct sockaddr_in` and `struct sockaddr_in6`. */
import { linux, stableMemory } from '../../host/linux/sockets.js';
import { bytesOfIp, type Family, ipOfBytes } from '../../net/ip.js';

export interface SocketAddress {
  readonly ip: string;
  readonly port: number;
  readonly scopeId: number;
}

export function encodeSocketAddress({ ip, port, scopeId }: SocketAddress): Buffer {
  const bytes = bytesOfIp(ip);
  if (bytes === undefined) throw new RangeError(`not an address: ${ip}`);
  const memory = stableMemory(bytes.length === 4 ? 16 : 28);
  memory.writeUInt16LE(bytes.length === 4 ? linux.AF_INET : linux.AF_INET6, 0);
  memory.writeUInt16BE(port, 2);
  memory.set(bytes, bytes.length === 4 ? 4 : 8);
  if (bytes.length === 16) memory.writeUInt32LE(scopeId, 24);
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
