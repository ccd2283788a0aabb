/** Load through plain `ws` calls: the same figures as the fast lane, slower. */
import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import { HEAD_BYTES, type LoadWriter, type Stamp } from '../channel.js';

export class PlainWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #ws: WebSocket;
  readonly #block: Buffer;
  readonly #stamp: Stamp | undefined;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #takenBytes = 0;

  constructor(ws: WebSocket, blockBytes: number, maxBytes: number, stamp?: Stamp) {
    this.blockBytes = blockBytes;
    this.maxBytes = Math.max(1, Math.floor(maxBytes / blockBytes)) * blockBytes;
    this.#ws = ws;
    this.#block = randomBytes(blockBytes);
    this.#stamp = stamp;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Left to `ws` and the system. */
  limitUnsent(): void {}

  write(bytes: number, taken: () => void): void {
    for (let left = bytes; left > 0; left -= this.blockBytes) {
      const block = this.#next(Math.min(left, this.blockBytes));
      const last = left <= this.blockBytes;
      this.#ws.send(block, (error) => {
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
