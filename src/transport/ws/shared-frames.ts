/**
 * Large frames of one size that share their payload: a header each, and slices of the same few random bytes, which stay
 * in the processor's cache however much is written at once (docs/performance.md). Random bytes under a random key are
 * random bytes under any other, so a fresh key in its header renews a masked frame (RFC 6455, section 5.3).
 */
import { randomFillSync } from 'node:crypto';
import { headerBytes, writeHeader } from './frames.js';

/** What a processor keeps close by, with room for what else it does. */
const PAYLOAD_BYTES = 256 * 1024;

let shared: Buffer | undefined;

/** Of all streams of this process. */
function sharedPayload(): Buffer {
  shared ??= randomFillSync(Buffer.allocUnsafeSlow(PAYLOAD_BYTES));
  return shared;
}

export class SharedFrames {
  readonly #blockBytes: number;
  readonly #masked: boolean;
  readonly #headBytes: number;
  readonly #headers: readonly Buffer[];
  readonly #keys: Buffer;
  /** Each has the payload of one frame, in one piece or in several. */
  readonly #payloads: readonly (readonly Buffer[])[];
  #next = 0;

  constructor(blockBytes: number, count: number, masked: boolean) {
    this.#blockBytes = blockBytes;
    this.#masked = masked;
    this.#headBytes = headerBytes(blockBytes, masked);
    const headers = Buffer.allocUnsafeSlow(count * this.#headBytes);
    this.#headers = Array.from({ length: count }, (_, i) =>
      headers.subarray(i * this.#headBytes, (i + 1) * this.#headBytes),
    );
    for (const header of this.#headers) writeHeader(header, blockBytes, masked);
    this.#keys = Buffer.allocUnsafeSlow(masked ? 4 * count : 0);
    this.#payloads = Array.from({ length: Math.max(1, Math.floor(PAYLOAD_BYTES / blockBytes)) }, (_, i) =>
      piecesOf(i * blockBytes, blockBytes),
    );
  }

  /** The parts of frames that carry exactly `payloadBytes`, in order. They stay untouched until the next call. */
  take(payloadBytes: number): Buffer[] {
    const blocks = Math.floor(payloadBytes / this.#blockBytes);
    const rest = payloadBytes - blocks * this.#blockBytes;
    if (this.#masked) this.#renewKeys(blocks);
    const parts: Buffer[] = [];
    for (let i = 0; i < blocks; i++) {
      parts.push(this.#headers[i] as Buffer);
      parts.push(...(this.#payloads[this.#next] as Buffer[]));
      this.#next = (this.#next + 1) % this.#payloads.length;
    }
    return rest === 0 ? parts : [...parts, this.#headerOf(rest), ...piecesOf(0, rest)];
  }

  #renewKeys(count: number): void {
    const keys = this.#keys;
    randomFillSync(keys, 0, 4 * count);
    for (let i = 0; i < count; i++) keys.copy(this.#headers[i] as Buffer, this.#headBytes - 4, 4 * i, 4 * i + 4);
  }

  #headerOf(payloadBytes: number): Buffer {
    const header = randomFillSync(Buffer.allocUnsafe(headerBytes(payloadBytes, this.#masked)));
    writeHeader(header, payloadBytes, this.#masked);
    return header;
  }
}

/** So many bytes of the shared ones, from `start`; begun again where they end. */
function piecesOf(start: number, bytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = start, left = bytes; left > 0; at = 0) {
    const piece = sharedPayload().subarray(at, at + left);
    pieces.push(piece);
    left -= piece.length;
  }
  return pieces;
}
