/**
 * Counts payload without taking it into the process: the kernel drops it from the stream (recv with MSG_TRUNC, tcp(7)),
 * and only what stands between, such as frame headers, is read. For Linux with koffi, and sockets without TLS. The
 * event loop goes on reading a little of each arrival, which wakes the process; the rest is taken in the same turn. The
 * end of the stream is left to the event loop; an error, which no second call would be told, ends the socket here.
 */
import { Socket } from 'node:net';
import type { Libc } from '../../host/linux/libc.js';
import { libcIfAny, linux, openLibc, SystemError, stableMemory } from '../../host/linux/sockets.js';
import { descriptorOf } from './descriptor.js';
import type { OneBuffer } from './read-buffer.js';

/** What the event loop may read meanwhile: little, since that is copied. */
const WAKING_BYTES = 4096;
/** Timers and other connections wait no longer than that. */
const SLICE_MS = 1;
/** Calls between two looks at the clock. */
const CALLS = 8;
/** From 20 Gbit/s on it costs both ends less to look again than to be woken, which interrupts the sender's processor. */
const LOOKING_BYTES_PER_MS = 2.5e6;
/** A rate is that of so long at least. */
const RATE_MS = 5;
/** Looks in vain, a turn of the event loop each, before this end waits to be woken. */
const VAIN_LOOKS = 30;

/** Who knows what the stream's next bytes are. */
export interface DropParser {
  /** The part of what comes next that nobody needs to see; undefined where dropping is not worth the calls. */
  readonly droppable: number | undefined;
  /** So much of it came, and is gone. */
  dropped(bytes: number): void;
  /** The stream's next bytes, the parser's only until it returns. */
  push(chunk: Buffer): void;
}

export class PayloadDrop {
  readonly #libc: Libc;
  readonly #socket: Socket;
  readonly #buffer: OneBuffer;
  readonly #parser: DropParser;
  readonly #between: Buffer;
  #droppedBytes = 0;
  #rateSince = 0;
  #rateFrom = 0;
  #isFast = false;
  #isLooking = false;

  /**
   * Of a socket that is read into `buffer`; `betweenBytes` are read at once of what stands between. Undefined where the
   * socket or the system cannot do it.
   */
  static of(socket: object, buffer: OneBuffer, parser: DropParser, betweenBytes: number): PayloadDrop | undefined {
    return PayloadDrop.isPossible(socket)
      ? new PayloadDrop(openLibc(), socket, buffer, parser, betweenBytes)
      : undefined;
  }

  /** Once it is read into one buffer. */
  static isPossible(socket: object): socket is Socket {
    if (!(socket instanceof Socket) || socket.constructor !== Socket || descriptorOf(socket) === undefined)
      return false;
    return libcIfAny() !== undefined;
  }

  private constructor(libc: Libc, socket: Socket, buffer: OneBuffer, parser: DropParser, betweenBytes: number) {
    this.#libc = libc;
    this.#socket = socket;
    this.#buffer = buffer;
    this.#parser = parser;
    this.#between = stableMemory(betweenBytes);
  }

  /** To be called when a chunk has been parsed: takes what else is there, as long as dropping is worth it. */
  drain(): void {
    const now = performance.now();
    if (this.#parser.droppable !== undefined) this.#drain(now + SLICE_MS);
    this.#buffer.take(this.#parser.droppable === undefined ? Number.POSITIVE_INFINITY : WAKING_BYTES);
    this.#noteRate(now);
    if (this.#isFast && !this.#isLooking) this.#look(VAIN_LOOKS);
  }

  #noteRate(now: number): void {
    const passedMs = now - this.#rateSince;
    if (passedMs < RATE_MS) return;
    this.#isFast = this.#droppedBytes - this.#rateFrom > LOOKING_BYTES_PER_MS * passedMs;
    this.#rateSince = now;
    this.#rateFrom = this.#droppedBytes;
  }

  #look(looksLeft: number): void {
    this.#isLooking = looksLeft > 0;
    if (!this.#isLooking) return;
    setImmediate(() => {
      const before = this.#droppedBytes;
      this.#drain(performance.now() + SLICE_MS);
      this.#look(this.#droppedBytes > before ? VAIN_LOOKS : looksLeft - 1);
    });
  }

  #drain(until: number): void {
    for (let calls = 1; ; calls++) {
      // Whoever is told of the bytes may close the socket; its descriptor may then be another's.
      const fd = this.#socket.isPaused() ? undefined : descriptorOf(this.#socket);
      const { droppable } = this.#parser;
      if (fd === undefined || droppable === undefined) return;
      if (!(droppable > 0 ? this.#drop(fd, droppable) : this.#read(fd))) return;
      if (calls % CALLS === 0 && performance.now() > until) return;
    }
  }

  #drop(fd: number, most: number): boolean {
    const bytes = this.#receive(fd, null, Math.min(most, 2 ** 30), linux.MSG_TRUNC | linux.MSG_DONTWAIT);
    if (bytes <= 0) return false;
    this.#droppedBytes += bytes;
    this.#parser.dropped(bytes);
    return true;
  }

  #read(fd: number): boolean {
    const bytes = this.#receive(fd, this.#between, this.#between.length, linux.MSG_DONTWAIT);
    if (bytes > 0) this.#parser.push(this.#between.subarray(0, bytes));
    return bytes > 0;
  }

  /** 0 at the end of the stream, which the event loop will read again; negative when nothing is there. */
  #receive(fd: number, memory: Buffer | null, most: number, flags: number): number {
    const bytes = Number(this.#libc.calls.recv(fd, memory, most, flags));
    if (bytes >= 0) return bytes;
    const errno = this.#libc.errno();
    if (errno !== linux.EAGAIN && errno !== linux.EINTR) this.#socket.destroy(new SystemError('read', errno));
    return bytes;
  }
}
