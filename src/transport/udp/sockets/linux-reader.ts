/**
 * Reads datagrams as they come, for a while at most, so that a flood leaves timers and control messages their turn: what
 * is left wakes the event loop again. Listens for room to send besides.
 */
import { bounds } from '../../../defaults/index.js';
import { systemClock } from '../../../host/clock.js';
import { type DatagramsReceived, datagramsReceived } from '../../../host/linux/datagrams-received.js';
import { Epoll } from '../../../host/linux/epoll.js';
import type { KernelSocket } from '../../../host/linux/kernel-socket.js';
import type { Libc } from '../../../host/linux/libc.js';
import { linux } from '../../../host/linux/sockets.js';

interface ReaderEvents {
  arrived(received: DatagramsReceived, slot: number): void;
  failed(errno: number): void;
  writable(): void;
}

export class LinuxReader {
  readonly #socket: KernelSocket;
  readonly #received: DatagramsReceived;
  readonly #events: ReaderEvents;
  readonly #epoll: Epoll;
  #awaitsRoom = false;
  #closed = false;

  /** Throws a SystemError, with nothing left behind. */
  constructor(libc: Libc, socket: KernelSocket, maxBytes: number, events: ReaderEvents) {
    this.#socket = socket;
    this.#received = datagramsReceived(libc, maxBytes);
    this.#events = events;
    this.#epoll = Epoll.over(libc, () => this.#wake(), [socket]);
  }

  /** Tells once when the socket has room again. */
  awaitRoom(): void {
    if (this.#awaitsRoom || this.#closed) return;
    this.#awaitsRoom = true;
    this.#epoll.change(this.#socket, linux.EPOLLIN | linux.EPOLLOUT);
  }

  close(): void {
    this.#closed = true;
    this.#epoll.close();
  }

  #wake(): void {
    const isWritable = this.#awaitsRoom && (this.#epoll.events() & linux.EPOLLOUT) !== 0;
    this.#read();
    if (!isWritable || this.#closed) return;
    this.#awaitsRoom = false;
    this.#epoll.change(this.#socket, linux.EPOLLIN);
    this.#events.writable();
  }

  #read(): void {
    const until = systemClock.now() + bounds.datagrams.turnSeconds;
    const { slots } = this.#received;
    for (let read = 0; read < bounds.datagrams.aTurn && !this.#closed; read += slots) {
      const received = this.#received.receive(this.#socket.fd);
      if (received === -linux.EAGAIN) return;
      if (received < 0) this.#failed(-received);
      else this.#deliver(received);
      if (systemClock.now() > until || (received >= 0 && received < slots)) return;
    }
  }

  #failed(errno: number): void {
    if (errno !== linux.EINTR) this.#events.failed(errno);
  }

  #deliver(count: number): void {
    try {
      for (let slot = 0; slot < count && !this.#closed; slot++) this.#events.arrived(this.#received, slot);
    } finally {
      this.#received.release(count);
    }
  }
}
