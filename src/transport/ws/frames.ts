/** Ready-made WebSocket frames of random payload (RFC 6455, section 5.2), written over and over as load. */
import { randomFillSync } from 'node:crypto';

const FIN_BINARY = 0x82;
const MASKED = 0x80;
const NUMBER_BYTES = 8;

export function headerBytes(payloadBytes: number, masked: boolean): number {
  const lengthBytes = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8;
  return 2 + lengthBytes + (masked ? 4 : 0);
}

function writeHeader(frame: Buffer, payloadBytes: number, masked: boolean): void {
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

/** Writes a message's number at the beginning of its payload, masked under the key before it where there is one. */
export function writeNumber(frame: Buffer, payloadAt: number, number: number, masked: boolean): void {
  const key = masked ? frame.readUInt32BE(payloadAt - 4) : 0;
  frame.writeUInt32BE((Math.floor(number / 2 ** 32) ^ key) >>> 0, payloadAt);
  frame.writeUInt32BE((number ^ key) >>> 0, payloadAt + 4);
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
  #next = 0;
  #number = 0;

  /** With `numbered`, each message begins with its number in this batch: 64 bits, big-endian, from 0. */
  constructor(
    readonly blockBytes: number,
    count: number,
    readonly masked: boolean,
    readonly numbered = false,
  ) {
    this.#frameBytes = headerBytes(blockBytes, masked) + blockBytes;
    this.#count = count;
    this.#frames = Buffer.allocUnsafe(this.#frameBytes * count);
    randomFillSync(this.#frames);
    for (let i = 0; i < count; i++) {
      writeHeader(this.#frames.subarray(i * this.#frameBytes), blockBytes, masked);
    }
    this.#keys = masked ? Buffer.allocUnsafe(4 * count) : undefined;
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
    if (this.numbered && rest >= NUMBER_BYTES)
      writeNumber(last, headerBytes(rest, this.masked), this.#number++, this.masked);
    return Buffer.concat([run, last]);
  }

  #run(blocks: number): Buffer {
    if (this.#next + blocks > this.#count) this.#next = 0;
    const start = this.#next * this.#frameBytes;
    const run = this.#frames.subarray(start, start + blocks * this.#frameBytes);
    this.#next += blocks;
    if (this.#keys) this.#renewKeys(run, this.#keys.subarray(0, 4 * blocks));
    if (this.numbered) this.#renumber(run);
    return run;
  }

  #renumber(run: Buffer): void {
    const payloadAt = headerBytes(this.blockBytes, this.masked);
    for (let at = payloadAt; at < run.length; at += this.#frameBytes) writeNumber(run, at, this.#number++, this.masked);
  }

  #renewKeys(run: Buffer, keys: Buffer): void {
    randomFillSync(keys);
    const keyOffset = headerBytes(this.blockBytes, true) - 4;
    for (let from = 0, to = keyOffset; from < keys.length; from += 4, to += this.#frameBytes) {
      keys.copy(run, to, from, from + 4);
    }
  }
}
