/** A clock whose waits end within some hundredths of a millisecond, by one timerfd for all who wait: for pacing. */
import { type Clock, systemClock } from '../clock.js';
import { holdBackHelpers } from './helper-threads.js';
import type { Libc } from './libc.js';
import { checked, libcIfAny, linux, stableMemory } from './sockets.js';

let shared: Clock | undefined;

/** Undefined where koffi or Linux is missing. */
export function fineClock(): Clock | undefined {
  const libc = libcIfAny();
  shared ??= libc && clockOf(new Alarm(libc));
  return shared;
}

function clockOf(alarm: Alarm): Clock {
  return {
    now: systemClock.now,
    at(moment, task) {
      const waiter = { moment, task };
      try {
        alarm.add(waiter);
        return () => alarm.remove(waiter);
      } catch {
        // No descriptor is left for a timer.
        alarm.remove(waiter);
        return systemClock.at(moment, task);
      }
    },
    turn: systemClock.turn,
  };
}

interface Waiter {
  readonly moment: number;
  readonly task: () => void;
}

/** The timerfd: there while somebody waits, and one turn of the event loop longer. Helpers are held back meanwhile. */
class Alarm {
  readonly #libc: Libc;
  /** The next one last. */
  readonly #waiters: Waiter[] = [];
  #timer: Timer | undefined;
  #letHelpersGo = () => {};
  #setFor = Number.POSITIVE_INFINITY;
  #ringing = false;
  #leaving = false;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  add(waiter: Waiter): void {
    const waiters = this.#waiters;
    let at = waiters.length;
    while (at > 0 && (waiters[at - 1] as Waiter).moment <= waiter.moment) at--;
    waiters.splice(at, 0, waiter);
    if (!this.#ringing) this.#set();
  }

  remove(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at < 0) return;
    this.#waiters.splice(at, 1);
    if (this.#waiters.length === 0 && !this.#ringing) this.#leaveSoon();
  }

  /** A waiter that has been cancelled leaves its time behind, and the alarm rings for nobody. */
  #set(): void {
    const next = this.#waiters.at(-1);
    if (next === undefined) this.#leaveSoon();
    else if (next.moment < this.#setFor) this.#setTo(next.moment);
  }

  #setTo(moment: number): void {
    const timer = this.#timer ?? this.#begin();
    this.#setFor = moment;
    timer.set(moment - systemClock.now());
  }

  #begin(): Timer {
    const timer = new Timer(this.#libc, () => this.#ring());
    this.#timer = timer;
    this.#letHelpersGo = holdBackHelpers(this.#libc);
    return timer;
  }

  #ring(): void {
    this.#ringing = true;
    try {
      const now = systemClock.now();
      // No more than there are now: one that waits again for a time that is over has to let others have their turn.
      for (let left = this.#waiters.length; left > 0 && this.#isDue(now); left--) this.#waiters.pop()?.task();
    } finally {
      this.#ringing = false;
      this.#setFor = Number.POSITIVE_INFINITY;
      this.#set();
    }
  }

  #isDue(now: number): boolean {
    const next = this.#waiters.at(-1);
    return next !== undefined && next.moment <= now;
  }

  /** Whoever waits again at once finds the timer still there. */
  #leaveSoon(): void {
    this.#timer?.clear();
    this.#setFor = Number.POSITIVE_INFINITY;
    if (this.#leaving) return;
    this.#leaving = true;
    setImmediate(() => {
      this.#leaving = false;
      if (this.#waiters.length > 0) return;
      this.#timer?.close();
      this.#timer = undefined;
      this.#letHelpersGo();
    });
  }
}

class Timer {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #poll: { close(): void };
  /** `struct itimerspec`, without an interval. */
  readonly #time = stableMemory(32);

  constructor(libc: Libc, ring: () => void) {
    this.#libc = libc;
    this.#fd = checked(libc, 'timerfd_create', linux.CLOCK_MONOTONIC, linux.TFD_NONBLOCK | linux.TFD_CLOEXEC);
    this.#poll = libc.poll(this.#fd, ring);
  }

  /** To ring once in so many seconds; what it has rung for before is forgotten. */
  set(seconds: number): void {
    // A time of nothing would stop it.
    const nanoseconds = Math.max(1, Math.ceil(seconds * 1e9));
    this.#write(Math.floor(nanoseconds / 1e9), nanoseconds % 1e9);
  }

  clear(): void {
    this.#write(0, 0);
  }

  close(): void {
    this.#poll.close();
    this.#libc.calls.close(this.#fd);
  }

  #write(seconds: number, nanoseconds: number): void {
    this.#time.writeBigInt64LE(BigInt(seconds), 16);
    this.#time.writeUInt32LE(nanoseconds, 24);
    this.#libc.calls.timerfd_settime(this.#fd, 0, this.#time, null);
  }
}
