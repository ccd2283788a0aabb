/** Where recvmsg leaves a message: `struct iovec` and `struct msghdr`, and what they point to. For 64-bit Linux. */
import type { Libc } from './libc.js';
import { linux, stableMemory } from './sockets.js';

const at = { name: 0, iovec: 128, header: 144, control: 200, data: 200 + 1024 } as const;
const nameBytes = at.iovec - at.name;
const controlBytes = at.data - at.control;
/** Within `struct msghdr`. */
const field = { name: 0, nameLength: 8, iovec: 16, iovecs: 24, control: 32, controlLength: 40, flags: 48 } as const;

export class MessageMemory {
  readonly #libc: Libc;
  readonly #memory: Buffer;
  readonly #header: Buffer;
  readonly #dataBytes: number;
  #received = 0;

  /** A longer message is cut. */
  constructor(libc: Libc, dataBytes: number) {
    this.#libc = libc;
    this.#dataBytes = dataBytes;
    this.#memory = stableMemory(at.data + dataBytes);
    this.#header = this.#memory.subarray(at.header, at.control);
    const base = libc.addressOf(this.#memory);
    this.#memory.writeBigUInt64LE(base + BigInt(at.data), at.iovec);
    this.#memory.writeBigUInt64LE(BigInt(dataBytes), at.iovec + 8);
    this.#header.writeBigUInt64LE(base + BigInt(at.name), field.name);
    this.#header.writeBigUInt64LE(base + BigInt(at.iovec), field.iovec);
    this.#header.writeBigUInt64LE(1n, field.iovecs);
    this.#header.writeBigUInt64LE(base + BigInt(at.control), field.control);
  }

  /** Takes the next message, or of a stream at most so many bytes, without waiting for one; 0 or the errno. */
  receive(fd: number, flags = 0, bytes = this.#dataBytes): number {
    this.#memory.writeUInt32LE(Math.min(bytes, this.#dataBytes), at.iovec + 8);
    this.#header.writeUInt32LE(nameBytes, field.nameLength);
    this.#header.writeUInt32LE(controlBytes, field.controlLength);
    this.#header.writeInt32LE(0, field.flags);
    const received = Number(this.#libc.calls.recvmsg(fd, this.#header, flags | linux.MSG_DONTWAIT));
    this.#received = Math.max(0, Math.min(received, this.#dataBytes));
    return received < 0 ? this.#libc.errno() : 0;
  }

  /** The sender's `struct sockaddr`. Like the others, overwritten by the next message. */
  get name(): Buffer {
    return this.#part(at.name, Math.min(this.#header.readUInt32LE(field.nameLength), nameBytes));
  }

  get control(): Buffer {
    return this.#part(at.control, Math.min(this.#header.readUInt32LE(field.controlLength), controlBytes));
  }

  get data(): Buffer {
    return this.#part(at.data, this.#received);
  }

  #part(from: number, bytes: number): Buffer {
    return this.#memory.subarray(from, from + bytes);
  }
}
