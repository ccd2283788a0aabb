import type { Libc } from './libc.js';
import { checked, encodeEpollEvent, linux } from './sockets.js';

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

  add({ fd }: { readonly fd: number }, events: number = linux.EPOLLIN): void {
    checked(this.#libc, 'epoll_ctl', this.#fd, linux.EPOLL_CTL_ADD, fd, encodeEpollEvent(fd, events, process.arch));
  }

  close(): void {
    this.#poll.close();
    this.#libc.calls.close(this.#fd);
  }
}
