/** What a raw socket is to hear, told to the kernel, so that a busy host's traffic is not copied to a trace. */
import type { Libc } from '../../host/linux/libc.js';
import { linux, stableMemory } from '../../host/linux/sockets.js';
import type { Ports } from '../packet/transport-header.js';
import type { LinuxSocket } from './socket.js';

/** Only these ICMP types. A set bit blocks its type; the masks are of native words. */
export function passIcmp(socket: LinuxSocket, types: readonly number[]): void {
  const mask = Buffer.alloc(socket.family === 4 ? 4 : 32, 0xff);
  for (const type of types) {
    const word = (type >> 5) * 4;
    mask.writeUInt32LE((mask.readUInt32LE(word) & ~(1 << (type & 31))) >>> 0, word);
  }
  if (socket.family === 4) socket.setBytes(linux.SOL_RAW, linux.ICMP_FILTER, mask);
  else socket.setBytes(linux.IPPROTO_ICMPV6, linux.ICMP6_FILTER, mask);
}

/** Only segments with these ports, by a classic BPF program (linux/filter.h). */
export function passPorts(libc: Libc, socket: LinuxSocket, ports: Ports): void {
  const program = assemble(portProgram(socket.family, ports));
  const descriptor = stableMemory(16);
  descriptor.writeUInt16LE(program.length / instructionBytes, 0);
  descriptor.writeBigUInt64LE(libc.addressOf(program), 8);
  socket.setBytes(linux.SOL_SOCKET, linux.SO_ATTACH_FILTER, descriptor);
}

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, operand: number];

const instructionBytes = 8;
const bpf = { ldxImmediate: 0x01, ldxIpHeaderLength: 0xb1, ldHalfAtX: 0x48, jumpEqual: 0x15, return: 0x06 } as const;

/** An IPv4 raw socket's packets begin with the IP header, an IPv6 one's with the transport header. */
export function portProgram(family: 4 | 6, ports: Ports): Instruction[] {
  return [
    family === 4 ? [bpf.ldxIpHeaderLength, 0, 0, 0] : [bpf.ldxImmediate, 0, 0, 0],
    [bpf.ldHalfAtX, 0, 0, 0],
    [bpf.jumpEqual, 0, 3, ports.source],
    [bpf.ldHalfAtX, 0, 0, 2],
    [bpf.jumpEqual, 0, 1, ports.destination],
    [bpf.return, 0, 0, 0xffff],
    [bpf.return, 0, 0, 0],
  ];
}

function assemble(program: readonly Instruction[]): Buffer {
  const memory = stableMemory(program.length * instructionBytes);
  for (const [index, [code, jumpTrue, jumpFalse, operand]] of program.entries()) {
    memory.writeUInt16LE(code, index * instructionBytes);
    memory.writeUInt8(jumpTrue, index * instructionBytes + 2);
    memory.writeUInt8(jumpFalse, index * instructionBytes + 3);
    memory.writeUInt32LE(operand, index * instructionBytes + 4);
  }
  return memory;
}
