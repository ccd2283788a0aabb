/**
 * Large frames of one size: a header each, and the payload that all share, which stays in the processor's cache however
 * much is written at once. Random bytes under a random key are random bytes under any other, so a fresh key in its
 * header renews a masked frame (RFC 6455, section 5.3).
 */
import { randomFillSync } from 'node:crypto';
import { blocksIn } from '../channel.js';
import { SHARED_BYTES, sharedPayload } from '../socket/shared-payload.js';
import { headerBytes, writeHeader } from './frames.js';

/** Random bytes for so many keys are drawn at once: a draw costs more than what it draws. */
const KEYS_DRAWN = 4096;

export class SharedFrames {
  readonly #blockBytes: number;
  readonly #masked: boolean;
  readonly #headers: readonly Buffer[];
  readonly #keys: Buffer;
  #keyAt: number;
  /** Each is the payload of one frame, in parts. */
  readonly #payloads: readonly (readonly Buffer[])[];
  #next = 0;

  constructor(blockBytes: number, count: number, masked: boolean) {
    this.#blockBytes = blockBytes;
    this.#masked = masked;
    this.#headers = headersOf(blockBytes, count, masked);
    this.#keys = Buffer.allocUnsafeSlow(masked ? 4 * Math.max(count, KEYS_DRAWN) : 0);
    this.#keyAt = this.#keys.length;
    const distinct = blocksIn(SHARED_BYTES, blockBytes);
    this.#payloads = Array.from({ length: distinct }, (_, i) => sharedPayload(i * blockBytes, blockBytes));
  }

  /** The parts of frames that carry exactly `payloadBytes`, in order. They stay untouched until the next call. */
  take(payloadBytes: number): Buffer[] {
    const blocks = Math.floor(payloadBytes / this.#blockBytes);
    const rest = payloadBytes - blocks * this.#blockBytes;
    const headers = this.#headers.slice(0, blocks);
    if (this.#masked) this.#renewKeys(headers);
    const parts: Buffer[] = [];
    for (const header of headers) parts.push(header, ...this.#nextPayload());
    return rest === 0 ? parts : [...parts, ...headersOf(rest, 1, this.#masked), ...sharedPayload(0, rest)];
  }

  /** In turn, so that a slow link does not see one block repeated. */
  #nextPayload(): readonly Buffer[] {
    const payload = this.#payloads[this.#next] ?? [];
    this.#next = (this.#next + 1) % this.#payloads.length;
    return payload;
  }

  #renewKeys(headers: readonly Buffer[]): void {
    const keys = this.#keys;
    if (this.#keyAt + 4 * headers.length > keys.length) {
      randomFillSync(keys);
      this.#keyAt = 0;
    }
    for (const header of headers) {
      keys.copy(header, header.length - 4, this.#keyAt, this.#keyAt + 4);
      this.#keyAt += 4;
    }
  }
}

/** Headers with random keys, one behind the other in memory. */
function headersOf(payloadBytes: number, count: number, masked: boolean): Buffer[] {
  const bytes = headerBytes(payloadBytes, masked);
  const memory = randomFillSync(Buffer.allocUnsafeSlow(count * bytes));
  const headers = Array.from({ length: count }, (_, i) => memory.subarray(i * bytes, (i + 1) * bytes));
  for (const header of headers) writeHeader(header, payloadBytes, masked);
  return headers;
}
