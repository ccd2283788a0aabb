/**
 * Reads a TCP socket with the moment at which the kernel received what it gives, which neither the load of this process
 * nor the time it takes to wake blurs (docs/adr/0003-arrivals-from-the-kernel.md). For Linux with koffi, and sockets
 * that are read into one buffer, without TLS: `pause` and `resume` then stop and start the event loop's own reading,
 * with nothing kept in between.
 */
import { Socket } from 'node:net';
import { attempt } from '../../given.js';
import { type ArrivalClock, arrivalClock } from '../../host/linux/arrival-clock.js';
import { Epoll } from '../../host/linux/epoll.js';
import { MessageMemory } from '../../host/linux/message-memory.js';
import {
  arrivalStamps,
  checked,
  linux,
  openLibc,
  parseControl,
  SystemError,
  stableMemory,
  stampOf,
} from '../../host/linux/sockets.js';
import { descriptorOf } from './descriptor.js';

const BUFFER_BYTES = 64 * 1024;
/** When more wait, speed matters more than the moment of each. */
const PACKETS_A_TURN = 4;

/** A chunk's bytes are overwritten once the call returns. */
type Consumer = (chunk: Buffer, arrivedAt: number | undefined) => void;

/**
 * From now on `consumer` gets what arrives, until the peer says goodbye, which the socket itself hears again. What is
 * read at once has one moment of arrival, its last: `packetBytes` says how much that may be, 0 is any amount.
 */
export function readWithArrivals(socket: object, packetBytes: () => number, consumer: Consumer): boolean {
  const fd = socket instanceof Socket && socket.constructor === Socket ? descriptorOf(socket) : undefined;
  if (fd === undefined) return false;
  return attempt(() => new ArrivalReader(socket as Socket, fd, packetBytes, consumer)) !== undefined;
}

class ArrivalReader {
  readonly #socket: Socket;
  readonly #fd: number;
  readonly #packetBytes: () => number;
  readonly #consumer: Consumer;
  readonly #memory: MessageMemory;
  readonly #clock: ArrivalClock;
  readonly #epoll: Epoll;
  #reading = true;
  /** More waits than a turn takes packet by packet. */
  #behind = false;

  /** Throws, with nothing changed, where the system has not what it takes. */
  constructor(socket: Socket, fd: number, packetBytes: () => number, consumer: Consumer) {
    const libc = openLibc();
    this.#socket = socket;
    this.#fd = fd;
    this.#packetBytes = packetBytes;
    this.#consumer = consumer;
    this.#memory = new MessageMemory(libc, BUFFER_BYTES);
    this.#clock = arrivalClock(libc);
    const stamps = stableMemory(4);
    stamps.writeInt32LE(arrivalStamps);
    checked(libc, 'setsockopt', fd, linux.SOL_SOCKET, linux.SO_TIMESTAMPING, stamps, stamps.length);
    this.#epoll = Epoll.over(libc, () => this.#readable(), [{ fd }]);
    socket.once('close', () => this.#stop());
    socket.pause();
  }

  #readable(): void {
    const packetBytes = this.#packetBytes() || BUFFER_BYTES;
    for (let packets = 0; packets < PACKETS_A_TURN && !this.#behind; packets++) {
      if (!this.#read(this.#packetBytes() || BUFFER_BYTES)) return;
    }
    this.#behind = this.#read(BUFFER_BYTES) && this.#memory.data.length > PACKETS_A_TURN * packetBytes;
  }

  /** False when nothing was there. */
  #read(bytes: number): boolean {
    // Once the socket is closed, its descriptor may be another's.
    if (this.#socket.destroyed || !this.#reading) return false;
    const errno = this.#memory.receive(this.#fd, 0, bytes);
    if (errno === 0) this.#received(this.#memory.data);
    else if (errno !== linux.EAGAIN && errno !== linux.EINTR) this.#socket.destroy(new SystemError('read', errno));
    return errno === 0;
  }

  #received(chunk: Buffer): void {
    if (chunk.length > 0) this.#consumer(chunk, this.#arrivedAt());
    else this.#handBack();
  }

  #arrivedAt(): number | undefined {
    for (const message of parseControl(this.#memory.control)) {
      const stampNs = stampOf(message);
      if (stampNs !== undefined) return this.#clock.momentOf(stampNs);
    }
    return undefined;
  }

  /** The event loop reads the end of the stream once more, and does what belongs to it. */
  #handBack(): void {
    this.#stop();
    this.#socket.resume();
  }

  #stop(): void {
    if (!this.#reading) return;
    this.#reading = false;
    this.#epoll.close();
  }
}
