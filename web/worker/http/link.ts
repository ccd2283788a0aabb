/** A connection for load as a browser has it: an answer that is load, and uploads. */
import type { Clock } from '../../../src/host/clock.js';
import type { ChannelInfo, Closed, LoadLink, LoadSink, LoadWriter } from '../../../src/transport/channel.js';
import type { PagePlace } from '../../messages.js';
import { Uploads } from './uploads.js';

interface HttpLinkOptions {
  readonly page: PagePlace;
  readonly url: string;
  /** Its body is load; absent where there is none to come. */
  readonly response: Response | undefined;
  /** Ends that. */
  readonly leave: AbortController;
  /** Requests with load for the server at a time. */
  readonly uploads: number;
  /** Of one of them, at most. */
  readonly mostBytes: number;
  readonly clock: Clock;
}

const READ_BYTES = 256 * 1024;

export class HttpLink implements LoadLink {
  readonly transport = 'http';
  readonly carries = 'bytes';
  readonly isApart = true;
  /** A browser asks once more by itself where a connection that it kept has gone. */
  readonly mayRepeat = true;
  readonly packets = undefined;
  readonly queuedBytes = 0;
  readonly info: ChannelInfo;
  bytesRead = 0;
  onClose: (closed: Closed) => void = () => {};
  readonly #options: HttpLinkOptions;
  #sink: LoadSink | undefined;
  #uploads: Uploads | undefined;
  #reads = false;

  constructor(options: HttpLinkOptions) {
    const { host, port, secure } = options.page;
    this.#options = options;
    this.info = { localHost: '', localPort: 0, remoteHost: host, remotePort: port, secure };
  }

  get sink(): LoadSink | undefined {
    return this.#sink;
  }

  set sink(sink: LoadSink | undefined) {
    this.#sink = sink;
    const { body } = this.#options.response ?? {};
    if (!sink || !body || this.#reads) return;
    this.#reads = true;
    this.#read(body).then(
      () => this.#lost('the server ended it'),
      () => this.#lost('it was cut off'),
    );
  }

  loadWriter(blockBytes: number, maxBytes: number): LoadWriter {
    const { url, uploads: most, mostBytes, clock } = this.#options;
    const options = { url, most, mostBytes, clock, onLost: (text: string) => this.#lost(text) };
    this.#uploads = new Uploads(options, blockBytes, maxBytes);
    return this.#uploads;
  }

  drop(): void {
    this.onClose = () => {};
    this.#uploads?.drop();
    this.#options.leave.abort();
  }

  #lost(text: string): void {
    const { onClose } = this;
    this.drop();
    onClose({ reason: 'lost', text });
  }

  /** Into one buffer where the browser can, so that nothing is made anew for each piece. */
  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const reader = byobReader(body);
    if (!reader) return this.#readPieces(body);
    let buffer = new ArrayBuffer(READ_BYTES);
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done || !value) return;
      this.#arrived(value.byteLength);
      buffer = value.buffer;
    }
  }

  async #readPieces(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#arrived(value.byteLength);
    }
  }

  #arrived(bytes: number): void {
    this.bytesRead += bytes;
    this.#sink?.arrived(bytes);
  }
}

function byobReader(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}
