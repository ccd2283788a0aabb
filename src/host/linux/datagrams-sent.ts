/** What sendmmsg reads: `struct mmsghdr`s that point into the caller's memory. For 64-bit Linux. */
import type { Libc } from './libc.js';
import { linux, stableMemory } from './sockets.js';

/** Messages of one call. */
const MESSAGES_A_CALL = 64;
/** Of one message that the kernel, or the device, cuts: UDP_MAX_SEGMENTS of every kernel that has it. */
const SEGMENTS = 64;
/** The largest IPv4 datagram, and so the longest message that is cut. */
const MESSAGE_BYTES = 65_507;

const IOVECS_AT = MESSAGES_A_CALL * 64;
const CONTROL_AT = IOVECS_AT + MESSAGES_A_CALL * 16;
/** CMSG_SPACE of a `uint16_t`. */
const CONTROL_BYTES = 24;

/** In words of four bytes. */
const header = { words: 16, control: 8, controlLength: 10 } as const;

export class DatagramsSent {
  readonly #libc: Libc;
  readonly #memory = stableMemory(CONTROL_AT + CONTROL_BYTES);
  readonly #words = new Uint32Array(this.#memory.buffer);
  readonly #controlAddress: number;

  constructor(libc: Libc) {
    this.#libc = libc;
    const base = Number(libc.addressOf(this.#memory));
    this.#controlAddress = base + CONTROL_AT;
    for (let i = 0; i < MESSAGES_A_CALL; i++) {
      this.#address(i * header.words + 4, base + IOVECS_AT + i * 16);
      this.#words[i * header.words + 6] = 1;
    }
    this.#memory.writeBigUInt64LE(18n, CONTROL_AT);
    this.#memory.writeInt32LE(linux.IPPROTO_UDP, CONTROL_AT + 8);
    this.#memory.writeInt32LE(linux.UDP_SEGMENT, CONTROL_AT + 12);
  }

  /**
   * Sends datagrams of `bytes` each that lie one behind another, of which each message holds `perMessage`; the number
   * taken, or the errno below 0. Of several only the first tells its errno: the next call fails with what stopped this one.
   */
  send(fd: number, memory: Buffer, bytes: number, count: number, perMessage: number): number {
    if (bytes * count > memory.length) throw new RangeError(`${memory.length} bytes hold no ${count} of ${bytes}`);
    const messages = Math.min(MESSAGES_A_CALL, Math.ceil(count / perMessage));
    this.#pointInto(memory, bytes, count, perMessage, messages);
    const taken = Number(this.#libc.calls.sendmmsg(fd, this.#memory, messages, linux.MSG_DONTWAIT));
    return taken < 0 ? -this.#libc.errno() : Math.min(count, taken * perMessage);
  }

  #pointInto(memory: Buffer, bytes: number, count: number, perMessage: number, messages: number): void {
    // Whoever asks for its ArrayBuffer has V8 move a small one out of its heap, where it would not stay in place.
    memory.buffer;
    const base = Number(this.#libc.addressOf(memory));
    const isCut = perMessage > 1;
    if (isCut) this.#memory.writeUInt16LE(bytes, CONTROL_AT + 16);
    for (let i = 0; i < messages; i++) {
      const first = i * perMessage;
      this.#address(IOVECS_AT / 4 + i * 4, base + first * bytes);
      this.#words[IOVECS_AT / 4 + i * 4 + 2] = Math.min(perMessage, count - first) * bytes;
      this.#address(i * header.words + header.control, isCut ? this.#controlAddress : 0);
      this.#words[i * header.words + header.controlLength] = isCut ? CONTROL_BYTES : 0;
    }
  }

  /** An address has at most 52 bits. */
  #address(word: number, address: number): void {
    this.#words[word] = address % 2 ** 32;
    this.#words[word + 1] = Math.floor(address / 2 ** 32);
  }
}

/** How many datagrams of one length a message holds that the kernel is to cut. */
export function segmentsOf(bytes: number): number {
  return Math.max(1, Math.min(SEGMENTS, Math.floor(MESSAGE_BYTES / Math.max(1, bytes))));
}
