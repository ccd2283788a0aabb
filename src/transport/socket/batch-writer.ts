/** Writes load on a socket in batches, each of them one system call, whatever it is made of. */
import type { Duplex } from 'node:stream';
import { limitUnsent, withOptions } from '../../host/tcp/options.js';
import type { LoadWriter } from '../channel.js';
import { descriptorOf } from './descriptor.js';

/** A limit that changes by less than this factor is not worth a system call. */
const WORTH_A_CALL = 1.5;

/** The parts, in order, of what carries so many payload bytes; they stay untouched until the next call. */
export type TakeParts = (payloadBytes: number) => readonly Buffer[];

export class BatchWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #socket: Duplex;
  readonly #take: TakeParts;
  #doneBytes = 0;
  #unsentBytes = Number.POSITIVE_INFINITY;
  #inFlight: { readonly payloadBytes: number; readonly wireBytes: number } | undefined;

  constructor(socket: Duplex, blockBytes: number, blocks: number, take: TakeParts) {
    this.blockBytes = blockBytes;
    this.maxBytes = blocks * blockBytes;
    this.#socket = socket;
    this.#take = take;
  }

  get takenBytes(): number {
    const flight = this.#inFlight;
    if (!flight) return this.#doneBytes;
    const queuedBytes = Math.min(kernelQueue(this.#socket) ?? flight.wireBytes, flight.wireBytes);
    const share = 1 - queuedBytes / flight.wireBytes;
    return this.#doneBytes + Math.floor(flight.payloadBytes * share);
  }

  limitUnsent(bytes: number): void {
    const change = bytes / this.#unsentBytes;
    if (change > 1 / WORTH_A_CALL && change < WORTH_A_CALL) return;
    this.#unsentBytes = bytes;
    withOptions(descriptorOf(this.#socket), 4, (options) => limitUnsent(options, bytes));
  }

  write(bytes: number, taken: () => void): void {
    if (this.#inFlight) throw new Error('a batch is still in flight');
    const parts = this.#take(bytes);
    this.#inFlight = { payloadBytes: bytes, wireBytes: parts.reduce((sum, part) => sum + part.length, 0) };
    const last = parts.length - 1;
    this.#socket.cork();
    for (let i = 0; i < last; i++) this.#socket.write(parts[i]);
    this.#socket.write(parts[last], (error) => {
      if (error) return;
      this.#inFlight = undefined;
      this.#doneBytes += bytes;
      taken();
    });
    this.#socket.uncork();
  }
}

/** Bytes handed to the event loop that the kernel has not taken; undefined where the stream does not tell. */
function kernelQueue(socket: Duplex): number | undefined {
  const { _handle } = socket as { _handle?: { writeQueueSize?: unknown } | null };
  const size = _handle?.writeQueueSize;
  return typeof size === 'number' ? size : undefined;
}
