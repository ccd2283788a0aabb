/**
 * The connection of an iperf3 client on which the two ends talk, at the server. Liveness: each read has its bound, the
 * client's kernel is asked for signs of life, and a closed connection is gone in time whatever the client does.
 */
import type { Socket } from 'node:net';
import type { WperfError } from '../../../errors.js';
import type { Clock } from '../../../host/clock.js';
import { errorFrame, type FrameReader, jsonFrame, keepAlive, stateFrame } from '../wire/framing.js';
import type { State } from '../wire/states.js';

export class Control {
  readonly reader: FrameReader;
  /** Resolves once the connection has ended. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #isOver = false;

  constructor(socket: Socket, reader: FrameReader, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.reader = reader;
    this.ended = socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));
  }

  watch(silenceSeconds: number): void {
    keepAlive(this.#socket, silenceSeconds);
  }

  say(...states: readonly State[]): void {
    this.#write(Buffer.concat(states.map(stateFrame)));
  }

  sayJson(value: unknown): void {
    this.#write(jsonFrame(value));
  }

  /** `errno` is what this end's system said; 0 is nothing. */
  sayError(number: number, errno: number): void {
    this.#write(errorFrame(number, errno));
  }

  /** Nobody waits for it any more; what was said reaches the client before the end does. */
  close(withinSeconds: number, why: WperfError): Promise<void> {
    if (this.#isOver) return this.ended;
    this.#isOver = true;
    this.reader.fail(why);
    this.reader.release();
    const socket = this.#socket;
    const cancel = this.#clock.at(this.#clock.now() + withinSeconds, () => socket.destroy());
    socket.once('close', cancel);
    socket.on('error', () => {});
    // What is unread when a connection is closed would have the kernel break it off.
    socket.on('data', () => {});
    socket.resume();
    socket.end();
    return this.ended;
  }

  #write(bytes: Buffer): void {
    if (!this.#isOver && !this.#socket.destroyed) this.#socket.write(bytes);
  }
}
