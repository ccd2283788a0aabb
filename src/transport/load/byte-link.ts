/**
 * A link of load over any stream of bytes. Over a TCP socket without TLS it is as fast as the system: parts of one
 * payload out, and in, load that is only counted is dropped by the kernel where that can be done.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { LoadReader } from '../../measure/tcp.js';
import { blocksIn, type KernelView, type LoadWriter } from '../channel.js';
import { BatchWriter, type TakeParts } from '../socket/batch-writer.js';
import { kernelViewOf } from '../socket/kernel-view.js';
import { PayloadDrop } from '../socket/payload-drop.js';
import { type OneBuffer, readIntoOneBuffer } from '../socket/read-buffer.js';
import { SHARED_BYTES, sharedPayload } from '../socket/shared-payload.js';
import { DuplexLink, type DuplexLinkOptions } from './duplex-link.js';
import { repeatingPayload } from './repeating-payload.js';

/** What nobody reads stands between blocks. */
const BETWEEN_BYTES = 1;

export class ByteLink extends DuplexLink {
  readonly carries = 'bytes';
  /** Bytes are no packets. */
  readonly packets = undefined;
  readonly kernel: KernelView | undefined;
  #copies = false;
  #repeats = false;
  #buffer: OneBuffer | undefined;
  #drop: PayloadDrop | undefined;

  constructor(stream: Duplex, options: DuplexLinkOptions) {
    super(stream, options);
    this.kernel = stream instanceof Socket ? kernelViewOf(stream, options.info) : options.kernel;
  }

  get reader(): LoadReader {
    return this.stream instanceof Socket && !this.#copies && PayloadDrop.isPossible(this.stream) ? 'kernel' : 'process';
  }

  copyLoad(): void {
    this.#copies = true;
  }

  repeatLoad(): void {
    this.#repeats = true;
  }

  loadWriter(blockBytes: number, maxBytes: number): LoadWriter {
    const take = this.#repeats ? repeatingPayload(blockBytes) : randomPayload();
    return new BatchWriter(this.stream, blockBytes, blocksIn(maxBytes, blockBytes), take);
  }

  protected read(): void {
    const take = (chunk: Buffer) => this.#take(chunk.length);
    this.#buffer = readIntoOneBuffer(this.stream, take);
    this.#drop = this.#copies || !this.#buffer ? undefined : this.#dropOf(this.#buffer);
    this.stream.on('data', take);
    this.stream.resume();
  }

  #dropOf(buffer: OneBuffer): PayloadDrop | undefined {
    const parser = {
      droppable: Number.MAX_SAFE_INTEGER,
      dropped: (bytes: number) => this.#count(bytes),
      push: () => {},
    };
    return PayloadDrop.of(this.stream, buffer, parser, BETWEEN_BYTES);
  }

  #take(bytes: number): void {
    this.#count(bytes);
    this.#drop?.drain();
  }

  #count(bytes: number): void {
    this.bytesRead += bytes;
    this.sink?.arrived(bytes);
  }
}

function randomPayload(): TakeParts {
  let next = 0;
  return (bytes) => {
    const parts = sharedPayload(next, bytes);
    next = (next + bytes) % SHARED_BYTES;
    return parts;
  };
}
