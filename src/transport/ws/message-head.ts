/** The first bytes of a message, unmasked (RFC 6455, section 5.3), gathered from however its frames were cut. */
import { HEAD_BYTES } from '../channel.js';

export class MessageHead {
  /** Of the whole message. */
  messageBytes = 0;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  readonly #key = Buffer.alloc(4);
  #has = 0;
  #frameBytes = 0;

  get first(): Buffer {
    return this.#head.subarray(0, this.#has);
  }

  beginMessage(): void {
    this.messageBytes = 0;
    this.#has = 0;
  }

  /** `key` is 0 for a frame that is not masked. */
  beginFrame(key: number): void {
    this.#key.writeUInt32BE(key);
    this.#frameBytes = 0;
  }

  /** Payload of the running frame. */
  add(chunk: Buffer, from: number, to: number): void {
    for (let at = from; at < to && this.#has < HEAD_BYTES; at++) {
      this.#head[this.#has++] = (chunk[at] ?? 0) ^ (this.#key[this.#frameBytes++ & 3] ?? 0);
    }
    this.messageBytes += to - from;
  }
}
