/**
 * At the server: the load of one stream by requests. One GET is answered with load until the stream ends; the bodies of
 * POSTs are load, and are counted as they come. Liveness: all of it ends with the stream; bounds say how much there may be.
 */
import type { ServerResponse } from 'node:http';
import { bounds } from '../../defaults/index.js';
import type { ChannelInfo, Closed, KernelView, LoadLink, LoadSink, LoadWriter } from '../channel.js';
import type { Arrival } from '../door/arrival.js';
import type { Answer, Requested } from '../door/http.js';
import { ByteLink } from '../load/byte-link.js';

/** Nobody is to keep or change it, or to keep it back. */
const headers = {
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
};

/** By whom a connection was asked last, who ends with it: browsers take any that is free for what they ask next. */
const users = new WeakMap<Arrival, HttpLink>();

export class HttpLink implements LoadLink {
  readonly transport = 'http';
  readonly carries = 'bytes';
  readonly isApart = true;
  readonly packets = undefined;
  readonly reader = 'process';
  readonly info: ChannelInfo;
  onClose: (closed: Closed) => void = () => {};
  bytesRead = 0;
  sink: LoadSink | undefined;
  readonly #onEnd: () => void;
  readonly #asked = new Set<Requested>();
  /** One for one request after another, though perhaps of another stream's. */
  readonly #connections = new Set<Arrival>();
  /** Where load goes out. */
  #down: ByteLink | undefined;
  #trialBytes = 0;
  #over = false;

  constructor(info: ChannelInfo, onEnd: () => void) {
    this.info = info;
    this.#onEnd = onEnd;
  }

  get queuedBytes(): number {
    return this.#down?.queuedBytes ?? 0;
  }

  get kernel(): KernelView | undefined {
    return this.#down?.kernel;
  }

  loadWriter(blockBytes: number, maxBytes: number): LoadWriter {
    return this.#down?.loadWriter(blockBytes, maxBytes) ?? noWriter(blockBytes);
  }

  take(asked: Requested, carries: () => void): void {
    const { request, arrival, answer, response, release } = asked;
    const isDown = request.method === 'GET';
    const no = this.#refusalOf(isDown);
    if (no || !response) {
      answer(no ?? refused(400, 'no upgrade is made here'));
      return;
    }
    this.#asked.add(asked);
    users.set(arrival, this);
    if (!this.#connections.has(arrival)) {
      release();
      carries();
      this.#connections.add(arrival);
      arrival.socket.once('close', () => this.#gone(arrival));
    }
    if (isDown) this.#send(asked, response);
    else this.#count(asked, response);
  }

  drop(): void {
    if (this.#over) return;
    this.#over = true;
    this.onClose = () => {};
    for (const arrival of this.#connections) if (users.get(arrival) === this) arrival.tcp.destroy();
    this.#down?.drop();
    this.#onEnd();
  }

  #refusalOf(isDown: boolean): Answer | undefined {
    if (this.#asked.size >= bounds.loadRequests) return refused(429, 'too many requests at a time');
    return isDown && this.#down ? refused(409, 'this load is sent already') : undefined;
  }

  #gone(connection: Arrival): void {
    this.#connections.delete(connection);
    for (const asked of this.#asked) if (asked.arrival === connection) this.#asked.delete(asked);
  }

  /** The head by Node, all else by the socket itself: without a length, the body ends with the connection. */
  #send({ arrival: { socket } }: Requested, response: ServerResponse): void {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(200, { ...headers, 'Content-Type': 'application/octet-stream', Connection: 'close' });
    response.flushHeaders();
    const down = new ByteLink(socket, { name: this.transport, info: this.info });
    down.onClose = (closed) => this.#lost(closed);
    this.#down = down;
  }

  #count(asked: Requested, response: ServerResponse): void {
    const { request } = asked;
    let bytes = 0;
    let first: number | undefined;
    let last = 0;
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      last = performance.now();
      first ??= last;
      bytes += chunk.length;
      if (bytes > bounds.uploadBytes || !this.#counted(chunk.length)) this.#refuse(asked, response);
    });
    request.on('end', () => {
      this.#asked.delete(asked);
      if (response.writableEnded) return;
      const text = JSON.stringify({ bytes, seconds: (last - (first ?? last)) / 1000 });
      response.writeHead(200, { ...headers, 'Content-Type': 'application/json', 'Content-Length': text.length });
      response.end(text);
    });
  }

  /** Before the test begins, only what tries out the way; false when that is too much. */
  #counted(bytes: number): boolean {
    this.bytesRead += bytes;
    if (this.sink) {
      this.sink.arrived(bytes);
      return true;
    }
    this.#trialBytes += bytes;
    return this.#trialBytes <= bounds.trialBytes;
  }

  #refuse(asked: Requested, response: ServerResponse): void {
    const { request, arrival } = asked;
    request.removeAllListeners('data');
    request.removeAllListeners('end');
    this.#asked.delete(asked);
    response.once('finish', () => arrival.socket.destroySoon());
    asked.answer(refused(413, 'more than may come in one request'));
  }

  #lost(closed: Closed): void {
    if (this.#over) return;
    const { onClose } = this;
    this.drop();
    onClose(closed);
  }
}

/** For a client that asked for load and did not ask for it here: none goes out. */
function noWriter(blockBytes: number): LoadWriter {
  return { blockBytes, maxBytes: blockBytes, takenBytes: 0, write: () => {}, limitUnsent: () => {} };
}

function refused(status: number, text: string): Answer {
  return { status, headers, text: `${text}\n` };
}
