/**
 * What the two ends of an iperf3 test write on a TCP connection, and a reader of it that takes exactly what is asked of
 * it: whatever comes behind stays for the next read, or for whoever takes the connection over. Reads only while somebody
 * waits, so that a peer can make nobody keep more than one piece. Liveness: every wait has its bound.
 */
import type { Socket } from 'node:net';
import { WperfError } from '../../../errors.js';
import { attempt } from '../../../given.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import { states } from './states.js';

export function stateFrame(state: number): Buffer {
  return Buffer.of(state);
}

/** The length, then the JSON. */
export function jsonFrame(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const frame = Buffer.allocUnsafe(4 + json.length);
  frame.writeUInt32BE(json.length);
  json.copy(frame, 4);
  return frame;
}

/** As servers from 3.21 on tell it. */
export function errorFrame(number: number, errno = 0): Buffer {
  const frame = Buffer.allocUnsafe(9);
  frame[0] = states.serverError;
  frame.writeInt32BE(number, 1);
  frame.writeInt32BE(errno, 5);
  return frame;
}

/** The kernel asks ten times, a second apart, before it gives a peer up. */
const KERNEL_ASKS_SECONDS = 10;

/** A peer's machine that is silent for so long has gone. */
export function keepAlive(socket: Socket, silenceSeconds: number): void {
  socket.setKeepAlive(true, 1000 * Math.max(1, silenceSeconds - KERNEL_ASKS_SECONDS));
}

/** Longer than any test. */
export const FOREVER_SECONDS = 1e9;

interface Waiter {
  readonly bytes: number;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: WperfError) => void;
  readonly cancel: Cancel;
}

interface FrameReaderOptions {
  readonly clock: Clock;
  /** For errors, `host:port`. */
  readonly peer: string;
}

/** One read at a time. */
export class FrameReader {
  readonly #socket: Socket;
  readonly #options: FrameReaderOptions;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #waiter: Waiter | undefined;
  /** Why no more can be read; what had come before is read first all the same. */
  #failure: WperfError | undefined;
  readonly #onData = (chunk: Buffer) => this.#take(chunk);
  readonly #onEnd = () => this.fail(this.#closed('closed the connection'));
  readonly #onClose = () => this.fail(this.#closed('closed the connection'));
  readonly #onError = (error: Error) => this.fail(this.#closed(`broke the connection off (${error.message})`, error));

  constructor(socket: Socket, options: FrameReaderOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.pause();
    socket.on('error', this.#onError);
    socket.on('data', this.#onData);
    // Listening for data begins to read.
    socket.pause();
    socket.once('end', this.#onEnd);
    socket.once('close', this.#onClose);
    if (socket.destroyed) this.#onClose();
  }

  /** Exactly so many. `what` is what does not come in time: `the parameters`. Rejects with a WperfError. */
  readBytes(bytes: number, seconds: number, what: string): Promise<Buffer> {
    if (this.#waiter) throw new Error('two reads at once');
    if (this.#buffered >= bytes) return Promise.resolve(this.#cut(bytes));
    if (this.#failure) return Promise.reject(this.#failure);
    const { clock, peer } = this.#options;
    return new Promise((resolve, reject) => {
      const late = () => {
        const text = `${peer} did not send ${what} within ${seconds} s`;
        this.#settle()?.reject(new WperfError('timeout', text, { operation: 'handshake', peer }));
      };
      const cancel = clock.at(clock.now() + seconds, late);
      this.#waiter = { bytes, resolve, reject, cancel };
      this.#socket.resume();
    });
  }

  /** 0 to 255. */
  async readState(seconds: number, what = 'its next word'): Promise<number> {
    const [state = 0] = await this.readBytes(1, seconds, what);
    return state;
  }

  async readInt32(seconds: number, what: string): Promise<number> {
    return (await this.readBytes(4, seconds, what)).readInt32BE();
  }

  /**
   * Rejects with `protocol-violation` for what is longer than `maxBytes`, or no JSON. `first` is the first byte of its
   * length, where that has been read.
   */
  async readJson(maxBytes: number, seconds: number, what: string, first?: number): Promise<unknown> {
    const until = this.#options.clock.now() + seconds;
    const begun = first === undefined ? [] : [first];
    const rest = await this.readBytes(4 - begun.length, seconds, what);
    const length = Buffer.concat([Buffer.from(begun), rest]).readUInt32BE();
    if (length > maxBytes) throw this.#violation(`${what} of ${length} bytes, and ${maxBytes} is the most`);
    const json = await this.readBytes(length, Math.max(0, until - this.#options.clock.now()), what);
    const value: unknown = attempt(() => JSON.parse(json.toString('utf8')));
    if (value === undefined) throw this.#violation(`${what} as something that is no JSON`);
    return value;
  }

  /** Nothing more is read: whoever waits hears of it, and so does whoever comes after. */
  fail(error: WperfError): void {
    this.#failure ??= error;
    this.#settle()?.reject(error);
  }

  /** Gives the connection back, paused, with what was not asked for in front of what is still to come. */
  release(): void {
    const { socket, rest } = { socket: this.#socket, rest: this.#cut(this.#buffered) };
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    socket.off('error', this.#onError);
    socket.pause();
    if (rest.length > 0 && !socket.readableEnded) socket.unshift(rest);
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const wanted = this.#waiter?.bytes ?? 0;
    if (this.#buffered < wanted) return;
    const waiter = this.#settle();
    this.#socket.pause();
    waiter?.resolve(this.#cut(wanted));
  }

  #settle(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.cancel();
    return waiter;
  }

  #cut(bytes: number): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
    const rest = all.subarray(bytes);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#buffered = rest.length;
    return all.subarray(0, bytes);
  }

  #closed(how: string, cause?: Error): WperfError {
    const { peer } = this.#options;
    return new WperfError('peer-lost', `${peer} ${how}`, { operation: 'handshake', peer, cause });
  }

  #violation(what: string): WperfError {
    const { peer } = this.#options;
    return new WperfError('protocol-violation', `${peer} sent ${what}`, { operation: 'handshake', peer });
  }
}
