/** Load through plain `ws` calls: the same figures as the fast lane, slower. */
import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { LoadWriter } from '../channel.js';

export class PlainWriter implements LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  readonly #ws: WebSocket;
  readonly #block: Buffer;
  #takenBytes = 0;

  constructor(ws: WebSocket, blockBytes: number, maxBytes: number) {
    this.blockBytes = blockBytes;
    this.maxBytes = Math.max(1, Math.floor(maxBytes / blockBytes)) * blockBytes;
    this.#ws = ws;
    this.#block = randomBytes(blockBytes);
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Left to `ws` and the system. */
  limitUnsent(): void {}

  write(bytes: number, taken: () => void): void {
    for (let left = bytes; left > 0; left -= this.blockBytes) {
      const block = left < this.blockBytes ? this.#block.subarray(0, left) : this.#block;
      const last = left <= this.blockBytes;
      this.#ws.send(block, (error) => {
        if (error) return;
        this.#takenBytes += block.length;
        if (last) taken();
      });
    }
  }
}
