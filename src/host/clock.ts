/** Time as an argument: the monotonic clock and the timers that measuring code runs on. */

export type Cancel = () => void;

export interface Clock {
  /** Seconds since an arbitrary moment, never going back. */
  now(): number;
  /** Runs `task` once, at that moment or soon after, never before. */
  at(moment: number, task: () => void): Cancel;
  /** Runs `task` in the next turn of the event loop, in which reading and timers have had theirs. */
  turn(task: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now() / 1000,
  at(moment, task) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      timer = setTimeout(check, Math.min(2 ** 31 - 1, Math.max(1, Math.ceil((moment - systemClock.now()) * 1000))));
    };
    const check = () => (systemClock.now() < moment ? arm() : task());
    arm();
    return () => clearTimeout(timer);
  },
  turn: hostTurn() ?? messageTurn,
};

/** Node's, which browsers do not have. */
function hostTurn(): Clock['turn'] | undefined {
  return (globalThis as { readonly setImmediate?: Clock['turn'] }).setImmediate;
}

/** By a message to oneself: a timer of nothing takes 4 ms in browsers. */
export function messageTurn(task: () => void): void {
  const { port1, port2 } = new MessageChannel();
  const onmessage = () => {
    port1.close();
    task();
  };
  Object.assign(port1, { onmessage });
  port2.postMessage(undefined);
}

export function pause(clock: Clock, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.at(clock.now() + seconds, resolve);
  });
}

/** Rejects with `error()` if `promise` has not settled in time; leaves no timer behind. */
export function within<T>(clock: Clock, seconds: number, promise: Promise<T>, error: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.at(clock.now() + seconds, () => reject(error()));
    promise.then(resolve, reject).finally(cancel);
  });
}
