/** Writes packets of one size: each by itself as it is due, or without a rate as many at once as the system takes. */
import { randomFillSync } from 'node:crypto';
import { blocksIn, HEAD_BYTES, type LoadWriter, type Stamp } from '../../channel.js';
import type { DatagramSocket } from './socket.js';

/** Some sockets hold two milliseconds' worth of half a gigabit a second, and are not read all the time. */
const BURST_SECONDS = 0.0005;
/** One call's worth. */
const BURST_PACKETS = 32;

interface DatagramWriterOptions {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly stamp: Stamp | undefined;
  /** Fills each packet before its head is stamped; with random bytes unless given. */
  readonly fill?: ((packet: Uint8Array) => void) | undefined;
  /** The pacer's timers are finer than a burst; those of a millisecond make bursts of all that it held. */
  readonly finelyPaced: boolean;
  /** Many packets may be handed to the kernel as one piece, which it cuts. */
  readonly segments: boolean;
}

export class DatagramWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly burstSeconds?: number;
  takenBytes = 0;
  readonly #socket: DatagramSocket;
  readonly #stamp: Stamp;
  readonly #segments: boolean;
  readonly #memory: Buffer;
  readonly #packets: readonly Buffer[];
  readonly #heads: readonly Buffer[];
  /** Of the call that is being worked off. */
  #left = 0;
  #taken: () => void = () => {};
  /** Packets in memory that are stamped and not taken yet. */
  #ready: { from: number; count: number } = { from: 0, count: 0 };

  constructor(
    socket: DatagramSocket,
    { blockBytes, maxBytes, finelyPaced, stamp = () => {}, fill = randomFillSync, segments }: DatagramWriterOptions,
  ) {
    this.blockBytes = blockBytes;
    this.maxBytes = blocksIn(maxBytes, blockBytes) * blockBytes;
    if (finelyPaced) this.burstSeconds = BURST_SECONDS;
    this.#socket = socket;
    this.#stamp = stamp;
    this.#segments = segments;
    this.#memory = Buffer.from(new ArrayBuffer(BURST_PACKETS * blockBytes));
    const parts = (bytes: number) =>
      Array.from({ length: BURST_PACKETS }, (_, i) => this.#memory.subarray(i * blockBytes, i * blockBytes + bytes));
    this.#packets = parts(blockBytes);
    for (const packet of this.#packets) fill(packet);
    this.#heads = parts(Math.min(HEAD_BYTES, blockBytes));
  }

  /** Nothing waits unsent but what the socket's buffer holds. */
  limitUnsent(): void {}

  write(bytes: number, taken: () => void): void {
    this.#left = Math.ceil(bytes / this.blockBytes);
    this.#taken = taken;
    this.#go();
  }

  #go(): void {
    while (this.#left > 0) {
      const sent = this.#segments ? this.#sendBurst() : this.#sendOne();
      this.takenBytes += sent * this.blockBytes;
      this.#left -= sent;
      if (this.#ready.count > 0) {
        this.#socket.onWritable = () => this.#go();
        return;
      }
    }
    queueMicrotask(this.#taken);
  }

  /** Stamped just before it is sent. */
  #sendOne(): number {
    if (this.#ready.count === 0) this.#makeReady(1);
    const packet = this.#packets[0];
    if (packet && !this.#socket.send(packet)) return 0;
    this.#ready = { from: 0, count: 0 };
    return 1;
  }

  #sendBurst(): number {
    if (this.#ready.count === 0) this.#makeReady(Math.min(this.#left, BURST_PACKETS));
    const { from, count } = this.#ready;
    const sent = this.#socket.sendMany(this.#memory.subarray(from * this.blockBytes), this.blockBytes, count, true);
    this.#ready = { from: from + sent, count: count - sent };
    return sent;
  }

  #makeReady(count: number): void {
    for (let i = 0; i < count; i++) this.#stamp(this.#heads[i] ?? Buffer.alloc(HEAD_BYTES));
    this.#ready = { from: 0, count };
  }
}
