/** The sending half of the fast lane: batches of ready-made frames, each one write on the socket under `ws`. */
import type { Duplex } from 'node:stream';
import { limitUnsent } from '../../host/tcp/options.js';
import type { LoadWriter, Stamp } from '../channel.js';
import { descriptorOf } from '../socket/descriptor.js';
import { FrameBatch } from './frames.js';
import { SharedFrames } from './shared-frames.js';

/** A limit that changes by less than this factor is not worth a system call. */
const WORTH_A_CALL = 1.5;
/** Smaller blocks are written faster from one buffer than in parts. */
const WORTH_PARTS_BYTES = 16 * 1024;

export class LaneWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #socket: Duplex;
  /** The parts of frames that carry so many bytes. */
  readonly #take: (bytes: number) => readonly Buffer[];
  #doneBytes = 0;
  #unsentBytes = Number.POSITIVE_INFINITY;
  #inFlight: { readonly payloadBytes: number; readonly wireBytes: number } | undefined;

  constructor(socket: Duplex, masked: boolean, blockBytes: number, maxBytes: number, stamp?: Stamp) {
    const blocks = Math.max(1, Math.floor(maxBytes / blockBytes));
    this.blockBytes = blockBytes;
    this.maxBytes = blocks * blockBytes;
    this.#socket = socket;
    this.#take = framesOf(blockBytes, blocks, masked, stamp);
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
    limitUnsent(descriptorOf(this.#socket), bytes);
  }

  write(bytes: number, taken: () => void): void {
    if (this.#inFlight) throw new Error('a batch is still in flight');
    const parts = this.#take(bytes);
    this.#inFlight = { payloadBytes: bytes, wireBytes: parts.reduce((sum, part) => sum + part.length, 0) };
    const done = (error?: Error | null) => {
      if (error) return;
      this.#inFlight = undefined;
      this.#doneBytes += bytes;
      taken();
    };
    // One system call for all of them.
    this.#socket.cork();
    const last = parts.length - 1;
    parts.forEach((part, i) => {
      this.#socket.write(part, i === last ? done : undefined);
    });
    this.#socket.uncork();
  }
}

function framesOf(blockBytes: number, count: number, masked: boolean, stamp?: Stamp) {
  if (stamp === undefined && blockBytes >= WORTH_PARTS_BYTES) {
    const frames = new SharedFrames(blockBytes, count, masked);
    return (bytes: number) => frames.take(bytes);
  }
  const frames = new FrameBatch(blockBytes, count, masked, stamp);
  return (bytes: number) => [frames.take(bytes)];
}

/** Bytes handed to the event loop that the kernel has not taken; undefined where the stream does not tell. */
function kernelQueue(socket: Duplex): number | undefined {
  const { _handle } = socket as { _handle?: { writeQueueSize?: unknown } | null };
  const size = _handle?.writeQueueSize;
  return typeof size === 'number' ? size : undefined;
}
