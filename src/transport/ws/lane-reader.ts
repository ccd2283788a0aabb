/**
 * The receiving half of the fast lane on its socket: the walker between what is read and `ws`. What is read lands in one
 * buffer where the socket allows; load that is only counted is dropped by the kernel where the system can do that.
 */
import type { Duplex } from 'node:stream';
import type { LoadReader } from '../../measure/tcp.js';
import { readWithArrivals } from '../socket/arrivals.js';
import { type DropParser, PayloadDrop } from '../socket/payload-drop.js';
import { type OneBuffer, readIntoOneBuffer } from '../socket/read-buffer.js';
import { FrameWalker, MAX_HEADER_BYTES, type WalkerOptions } from './walker.js';

interface LaneReaderOptions extends Omit<WalkerOptions, 'passed'> {
  /** False once `ws` has failed, which takes nothing more then. */
  readonly passes: () => boolean;
}

export class LaneReader implements DropParser {
  bytesRead = 0;
  /** When what is being walked arrived, by the kernel. */
  arrivedAt: number | undefined;
  readonly #socket: Duplex;
  readonly #walker: FrameWalker;
  readonly #buffer: OneBuffer | undefined;
  #drop: PayloadDrop | undefined | null = null;
  #copies = false;
  #tellsArrivals = false;

  /** Undefined, with nothing changed, if `ws` does not read the socket as expected. */
  static take(socket: Duplex, options: LaneReaderOptions): LaneReader | undefined {
    const [listener, ...others] = socket.listeners('data');
    if (listener === undefined || others.length > 0) return undefined;
    socket.off('data', listener as () => void);
    return new LaneReader(socket, options, listener as (chunk: Buffer) => void);
  }

  private constructor(socket: Duplex, options: LaneReaderOptions, toWs: (chunk: Buffer) => void) {
    this.#socket = socket;
    this.#walker = new FrameWalker({
      ...options,
      passed: (chunk) => {
        if (options.passes()) toWs.call(socket, Buffer.from(chunk));
      },
    });
    const walk = (chunk: Buffer) => this.#walk(chunk);
    socket.on('data', walk);
    this.#buffer = readIntoOneBuffer(socket, walk);
  }

  /** Where load that is only counted ends. */
  get reader(): LoadReader {
    return this.#payloadDrop() && !this.#copies ? 'kernel' : 'process';
  }

  get droppable(): number | undefined {
    return this.#copies ? undefined : this.#walker.droppable;
  }

  dropped(bytes: number): void {
    this.bytesRead += bytes;
    this.#walker.dropped(bytes);
  }

  push(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#walker.push(chunk);
  }

  copyLoad(): void {
    this.#copies = true;
  }

  /** Has the kernel say when things arrive, from now on. */
  tellArrivals(): void {
    if (!this.#buffer || this.#tellsArrivals) return;
    this.#tellsArrivals = true;
    this.#copies = true;
    readWithArrivals(
      this.#socket,
      () => this.#walker.frameBytes,
      (chunk, arrivedAt) => this.#walk(chunk, arrivedAt),
    );
  }

  #walk(chunk: Buffer, arrivedAt?: number): void {
    this.arrivedAt = arrivedAt;
    this.push(chunk);
    this.arrivedAt = undefined;
    if (this.droppable !== undefined) this.#payloadDrop();
    this.#drop?.drain();
  }

  /** Made when it is first asked for: most connections carry no load. */
  #payloadDrop(): PayloadDrop | undefined {
    if (this.#drop === null)
      this.#drop = this.#buffer && PayloadDrop.of(this.#socket, this.#buffer, this, MAX_HEADER_BYTES);
    return this.#drop;
  }
}
