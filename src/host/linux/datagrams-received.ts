/** Where recvmmsg leaves datagrams: `struct mmsghdr`s and what they point to, laid out once. For 64-bit Linux. */
import { type ArrivalClock, arrivalClock } from './arrival-clock.js';
import type { Libc } from './libc.js';
import { linux, stableMemory } from './sockets.js';

const HEADER_BYTES = 64;
const IOVEC_BYTES = 16;
const NAME_BYTES = 32;
/** A `struct cmsghdr` with three `struct timespec`: nothing else is asked for. */
const CONTROL_BYTES = 64;

/** In words of four bytes. */
const header = { words: HEADER_BYTES / 4, nameLength: 2, controlLength: 10, flags: 12, dataLength: 14 } as const;
const control = { words: CONTROL_BYTES / 4, level: 2, type: 3, seconds: 4, nanoseconds: 6 } as const;

const memories = new Map<number, DatagramsReceived>();

/**
 * For datagrams of up to so many bytes, shared by all sockets of that kind: a datagram is read, told and forgotten before
 * another socket is read.
 */
export function datagramsReceived(libc: Libc, maxBytes: number): DatagramsReceived {
  const [slots, slotBytes] = maxBytes <= 2048 ? [64, 2048] : [16, 65_536];
  const memory = memories.get(slots) ?? new DatagramsReceived(libc, slots, slotBytes);
  memories.set(slots, memory);
  return memory;
}

export class DatagramsReceived {
  readonly slots: number;
  readonly #libc: Libc;
  readonly #clock: ArrivalClock;
  readonly #memory: Buffer;
  readonly #words: Uint32Array;
  readonly #at: { readonly names: number; readonly controls: number; readonly data: number };
  readonly #slotBytes: number;
  /** The datagram of each slot as it was last given: most are as long as the one before. */
  readonly #given: Buffer[];
  #momentOf: (seconds: number, nanoseconds: number) => number = () => 0;

  constructor(libc: Libc, slots: number, slotBytes: number) {
    this.slots = slots;
    this.#libc = libc;
    this.#clock = arrivalClock(libc);
    this.#slotBytes = slotBytes;
    const names = slots * (HEADER_BYTES + IOVEC_BYTES);
    const controls = names + slots * NAME_BYTES;
    this.#at = { names, controls, data: controls + slots * CONTROL_BYTES };
    this.#memory = stableMemory(this.#at.data + slots * slotBytes);
    this.#words = new Uint32Array(this.#memory.buffer, 0, this.#at.data / 4);
    this.#given = Array.from({ length: slots }, () => Buffer.alloc(0));
    for (let slot = 0; slot < slots; slot++) this.#layOut(slot);
  }

  /** Takes what is there, as many as there are slots; their number, or the errno below 0. */
  receive(fd: number): number {
    const received = Number(this.#libc.calls.recvmmsg(fd, this.#memory, this.slots, linux.MSG_DONTWAIT, null));
    if (received < 0) return -this.#libc.errno();
    this.#momentOf = this.#clock.together();
    return received;
  }

  /** Overwritten by the next `receive`. Empty where it was longer than a slot. */
  data(slot: number): Buffer {
    const at = slot * header.words;
    const isCut = (this.#word(at + header.flags) & linux.MSG_TRUNC) !== 0;
    const bytes = isCut ? 0 : Math.min(this.#word(at + header.dataLength), this.#slotBytes);
    const given = this.#given[slot];
    if (given?.length === bytes) return given;
    const from = this.#at.data + slot * this.#slotBytes;
    const data = this.#memory.subarray(from, from + bytes);
    this.#given[slot] = data;
    return data;
  }

  /** In seconds of the system's clock; undefined where the kernel gave no stamp. */
  arrivedAt(slot: number): number | undefined {
    const at = this.#at.controls / 4 + slot * control.words;
    const isStamp =
      this.#word(slot * header.words + header.controlLength) === CONTROL_BYTES &&
      this.#word(at + control.level) === linux.SOL_SOCKET &&
      this.#word(at + control.type) === linux.SO_TIMESTAMPING;
    const seconds = isStamp ? this.#word(at + control.seconds) : 0;
    return seconds > 0 ? this.#momentOf(seconds, this.#word(at + control.nanoseconds)) : undefined;
  }

  /** The sender's `struct sockaddr`. */
  name(slot: number): Buffer {
    const from = this.#at.names + slot * NAME_BYTES;
    return this.#memory.subarray(
      from,
      from + Math.min(this.#word(slot * header.words + header.nameLength), NAME_BYTES),
    );
  }

  /** Whether the sender's `struct sockaddr` begins with these words. */
  isFrom(slot: number, name: Uint32Array): boolean {
    const at = this.#at.names / 4 + slot * (NAME_BYTES / 4);
    for (let i = 0; i < name.length; i++) if (this.#word(at + i) !== name[i]) return false;
    return true;
  }

  /** What the kernel has written over, before it may write there anew. */
  release(count: number): void {
    for (let slot = 0; slot < count; slot++) this.#prepare(slot);
  }

  #word(index: number): number {
    return this.#words[index] ?? 0;
  }

  #layOut(slot: number): void {
    const base = this.#libc.addressOf(this.#memory);
    const address = (value: number, at: number) => this.#memory.writeBigUInt64LE(base + BigInt(value), at);
    const [from, iovec] = [slot * HEADER_BYTES, this.slots * HEADER_BYTES + slot * IOVEC_BYTES];
    address(this.#at.names + slot * NAME_BYTES, from);
    address(iovec, from + 16);
    this.#memory.writeBigUInt64LE(1n, from + 24);
    address(this.#at.controls + slot * CONTROL_BYTES, from + 32);
    address(this.#at.data + slot * this.#slotBytes, iovec);
    this.#memory.writeBigUInt64LE(BigInt(this.#slotBytes), iovec + 8);
    this.#prepare(slot);
  }

  #prepare(slot: number): void {
    const at = slot * header.words;
    this.#words[at + header.nameLength] = NAME_BYTES;
    this.#words[at + header.controlLength] = CONTROL_BYTES;
    this.#words[at + header.flags] = 0;
  }
}
