/** Writes load message by message, whatever takes a message: slower than batches, with the same figures. */
import { randomBytes } from 'node:crypto';
import { blocksIn, HEAD_BYTES, type LoadWriter, type Stamp } from '../channel.js';

/** Calls `done` once the system has the message; with what went wrong, or not at all, where it never will. */
type SendMessage = (message: Buffer, done: (error?: Error | null) => void) => void;

export class MessageWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #send: SendMessage;
  readonly #block: Buffer;
  readonly #stamp: Stamp | undefined;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #takenBytes = 0;

  constructor(send: SendMessage, blockBytes: number, maxBytes: number, stamp?: Stamp) {
    this.blockBytes = blockBytes;
    this.maxBytes = blocksIn(maxBytes, blockBytes) * blockBytes;
    this.#send = send;
    this.#block = randomBytes(blockBytes);
    this.#stamp = stamp;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Left to whoever takes them. */
  limitUnsent(): void {}

  write(bytes: number, taken: () => void): void {
    for (let left = bytes; left > 0; left -= this.blockBytes) {
      const block = this.#next(Math.min(left, this.blockBytes));
      const last = left <= this.blockBytes;
      this.#send(block, (error) => {
        if (error) return;
        this.#takenBytes += block.length;
        if (last) taken();
      });
    }
  }

  #next(bytes: number): Buffer {
    const block = bytes < this.blockBytes ? this.#block.subarray(0, bytes) : this.#block;
    if (!this.#stamp) return block;
    const copy = Buffer.from(block);
    this.#stamp(this.#head);
    this.#head.copy(copy, 0, 0, Math.min(HEAD_BYTES, bytes));
    return copy;
  }
}
