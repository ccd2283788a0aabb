/** Linux's C library, called through koffi, an optional dependency. */
import { nativePackage } from '../../package.js';

type Call = (...values: unknown[]) => unknown;

export interface Libc {
  readonly calls: Readonly<Record<keyof typeof prototypes, Call>>;
  errno(): number;
  addressOf(memory: Buffer): bigint;
  /** Wakes while the descriptor is readable, until it is closed; keeps the process alive. */
  poll(fd: number, wake: () => void): { close(): void };
}

const prototypes = {
  socket: 'int socket(int, int, int)',
  close: 'int close(int)',
  bind: 'int bind(int, const void *, uint32_t)',
  connect: 'int connect(int, const void *, uint32_t)',
  getsockname: 'int getsockname(int, void *, void *)',
  setsockopt: 'int setsockopt(int, int, int, const void *, uint32_t)',
  getsockopt: 'int getsockopt(int, int, int, void *, void *)',
  sendto: 'intptr_t sendto(int, const void *, size_t, int, const void *, uint32_t)',
  recv: 'intptr_t recv(int, void *, size_t, int)',
  recvmsg: 'intptr_t recvmsg(int, void *, int)',
  recvmmsg: 'int recvmmsg(int, void *, uint32_t, int, void *)',
  sendmmsg: 'int sendmmsg(int, void *, uint32_t, int)',
  clock_gettime: 'int clock_gettime(int, void *)',
  epoll_create1: 'int epoll_create1(int)',
  epoll_ctl: 'int epoll_ctl(int, int, int, const void *)',
  epoll_wait: 'int epoll_wait(int, void *, int, int)',
  sched_getscheduler: 'int sched_getscheduler(int)',
  sched_setscheduler: 'int sched_setscheduler(int, int, const void *)',
  _exit: 'void _exit(int)',
  timerfd_create: 'int timerfd_create(int, int)',
  timerfd_settime: 'int timerfd_settime(int, int, const void *, void *)',
} as const;

let loaded: Libc | undefined;

/** Loads once. Throws where koffi is missing. */
export function loadLibc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const koffi = requireKoffi();
  const library = koffi.load(null);
  const calls: Record<string, Call> = {};
  for (const [name, text] of Object.entries(prototypes)) calls[name] = library.func(text);
  return {
    calls: calls as Libc['calls'],
    errno: () => koffi.errno(),
    addressOf: (memory) => BigInt(koffi.address(memory)),
    poll: (fd, wake) => koffi.node.poll(fd, { readable: true }, () => outside(wake)),
  };
}

/**
 * What is thrown out of a callback of koffi's is lost, and ends whatever the event loop calls next. From Node 26 on, what
 * waits for promises that it settled waits on until the event loop calls into JavaScript by itself: so it does, at once.
 */
function outside(wake: () => void): void {
  setImmediate(() => {});
  try {
    wake();
  } catch (thrown) {
    setImmediate(() => {
      throw thrown;
    });
  }
}

function requireKoffi(): typeof import('koffi') {
  try {
    return nativePackage('koffi') as typeof import('koffi');
  } catch (cause) {
    throw new Error('the optional package koffi is not installed', { cause });
  }
}
