/** Work that a signal ends. */
import type { Cancel } from './clock.js';

/** One listener a signal, however many tasks wait for it: more than ten are a leak to Node, which says so on screen. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Runs `task` once when the signal aborts; at once if it has. */
export function onAbort(signal: AbortSignal, task: () => void): Cancel {
  if (signal.aborted) {
    task();
    return () => {};
  }
  const tasks = waiting.get(signal) ?? listenTo(signal);
  tasks.add(task);
  return () => tasks.delete(task);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const tasks = new Set<() => void>();
  waiting.set(signal, tasks);
  signal.addEventListener('abort', () => [...tasks].forEach((task) => void task()), { once: true });
  return tasks;
}

/** Rejects with `error()` if the signal aborts first; what is won too late is handed to `discard`. */
export function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  error: () => Error,
  discard: (late: T) => void = () => {},
): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const cancel = onAbort(signal, () => {
      promise.then(discard, () => {});
      reject(error());
    });
    promise.then(resolve, reject).finally(cancel);
  });
}
