/** Ready-made WebSocket frames of random payload (RFC 6455, section 5.2), written over and over as load. */
import { randomFillSync } from 'node:crypto';
import { HEAD_BYTES, type Stamp } from '../channel.js';

const FIN_BINARY = 0x82;
const MASKED = 0x80;
/** After so many calls a function is compiled. */
const REHEARSALS = 2000;

export function headerBytes(payloadBytes: number, masked: boolean): number {
  const lengthBytes = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8;
  return 2 + lengthBytes + (masked ? 4 : 0);
}

export function writeHeader(frame: Buffer, payloadBytes: number, masked: boolean): void {
  const mask = masked ? MASKED : 0;
  frame[0] = FIN_BINARY;
  if (payloadBytes < 126) {
    frame[1] = mask | payloadBytes;
  } else if (payloadBytes < 65_536) {
    frame[1] = mask | 126;
    frame.writeUInt16BE(payloadBytes, 2);
  } else {
    frame[1] = mask | 127;
    frame.writeBigUInt64BE(BigInt(payloadBytes), 2);
  }
}

/** Puts `head` at the beginning of the payload at `payloadAt`, masked under the key before it where there is one. */
function writeHead(frames: Buffer, payloadAt: number, head: Buffer, masked: boolean): void {
  for (let i = 0; i < head.length; i++) {
    const key = masked ? (frames[payloadAt - 4 + (i & 3)] ?? 0) : 0;
    frames[payloadAt + i] = (head[i] ?? 0) ^ key;
  }
}

/** One frame whose payload, and key if masked, are random. */
function randomFrame(payloadBytes: number, masked: boolean): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes(payloadBytes, masked) + payloadBytes);
  randomFillSync(frame);
  writeHeader(frame, payloadBytes, masked);
  return frame;
}

/**
 * A run of equal frames in one buffer. Random bytes under a random key are random bytes under any other, so a masked
 * frame is renewed by a fresh key in its header alone: the key is as unpredictable as RFC 6455, section 5.3 asks.
 */
export class FrameBatch {
  readonly #frames: Buffer;
  readonly #frameBytes: number;
  readonly #count: number;
  readonly #keys: Buffer | undefined;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #next = 0;

  /** `stamp` fills the first bytes of each message that is taken. */
  constructor(
    readonly blockBytes: number,
    count: number,
    readonly masked: boolean,
    readonly stamp?: Stamp,
  ) {
    this.#frameBytes = headerBytes(blockBytes, masked) + blockBytes;
    this.#count = count;
    this.#frames = Buffer.allocUnsafe(this.#frameBytes * count);
    randomFillSync(this.#frames);
    for (let i = 0; i < count; i++) {
      writeHeader(this.#frames.subarray(i * this.#frameBytes), blockBytes, masked);
    }
    this.#keys = masked ? Buffer.allocUnsafe(4 * count) : undefined;
    if (stamp) this.#rehearse();
  }

  /**
   * The bytes of frames that carry exactly `payloadBytes`, at most the batch's own. They stay untouched until the next
   * call. Short runs move through the batch, so that a slow link does not see one block repeated.
   */
  take(payloadBytes: number): Buffer {
    const blocks = Math.floor(payloadBytes / this.blockBytes);
    const rest = payloadBytes - blocks * this.blockBytes;
    if (rest === 0) return this.#run(blocks);
    const run = this.#run(blocks);
    const last = randomFrame(rest, this.masked);
    this.#stampAt(last, headerBytes(rest, this.masked), rest);
    return Buffer.concat([run, last]);
  }

  #run(blocks: number): Buffer {
    if (this.#next + blocks > this.#count) this.#next = 0;
    const start = this.#next * this.#frameBytes;
    const run = this.#frames.subarray(start, start + blocks * this.#frameBytes);
    this.#next += blocks;
    if (this.#keys) this.#renewKeys(run, this.#keys.subarray(0, 4 * blocks));
    const payloadAt = headerBytes(this.blockBytes, this.masked);
    if (this.stamp)
      for (let at = payloadAt; at < run.length; at += this.#frameBytes) this.#stampAt(run, at, this.blockBytes);
    return run;
  }

  #stampAt(frames: Buffer, payloadAt: number, payloadBytes: number): void {
    if (!this.stamp) return;
    this.stamp(this.#head);
    writeHead(frames, payloadAt, this.#head.subarray(0, payloadBytes), this.masked);
  }

  /** Compiled in the midst of a test it would hold up a packet between its stamp and its writing, by milliseconds. */
  #rehearse(): void {
    const payloadAt = headerBytes(this.blockBytes, this.masked);
    const head = this.#head.subarray(0, this.blockBytes);
    for (let i = 0; i < REHEARSALS; i++) writeHead(this.#frames, payloadAt, head, this.masked);
  }

  #renewKeys(run: Buffer, keys: Buffer): void {
    randomFillSync(keys);
    const keyOffset = headerBytes(this.blockBytes, true) - 4;
    for (let from = 0, to = keyOffset; from < keys.length; from += 4, to += this.#frameBytes) {
      keys.copy(run, to, from, from + 4);
    }
  }
}
