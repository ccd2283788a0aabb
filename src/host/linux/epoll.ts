import type { Libc } from './libc.js';
import { checked, encodeEpollEvent, linux, orClosed, stableMemory } from './sockets.js';

interface Descriptor {
  readonly fd: number;
}

/**
 * Wakes the event loop when a socket has input or an error. libuv stops polling a socket with EBADF when its error queue
 * fills, so it polls an epoll descriptor that watches the sockets instead.
 */
export class Epoll {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #poll: { close(): void };

  constructor(libc: Libc, wake: () => void) {
    this.#libc = libc;
    this.#fd = checked(libc, 'epoll_create1', linux.SOCK_CLOEXEC);
    this.#poll = libc.poll(this.#fd, wake);
  }

  /** One that watches these for input and errors. Throws a SystemError, with nothing left open. */
  static over(libc: Libc, wake: () => void, watched: Iterable<Descriptor>): Epoll {
    const epoll = new Epoll(libc, wake);
    return orClosed(epoll, () => {
      for (const each of watched) epoll.add(each);
      return epoll;
    });
  }

  add({ fd }: Descriptor, events: number = linux.EPOLLIN): void {
    this.#control(linux.EPOLL_CTL_ADD, fd, events);
  }

  /** Watches for other events from now on. */
  change({ fd }: Descriptor, events: number): void {
    this.#control(linux.EPOLL_CTL_MOD, fd, events);
  }

  /** What there is of the socket it watches, of one where there are several; 0 is nothing. */
  events(): number {
    return Number(this.#libc.calls.epoll_wait(this.#fd, eventMemory, 1, 0)) > 0 ? eventMemory.readUInt32LE(0) : 0;
  }

  close(): void {
    this.#poll.close();
    this.#libc.calls.close(this.#fd);
  }

  #control(operation: number, fd: number, events: number): void {
    checked(this.#libc, 'epoll_ctl', this.#fd, operation, fd, encodeEpollEvent(fd, events, process.arch));
  }
}

/** A `struct epoll_event` of either layout. */
const eventMemory = stableMemory(16);
