/** What happens when a signal aborts. */
import type { Cancel } from './clock.js';

type Task = () => void;

/** One listener for all tasks of a signal: a program warns of many, and a test has many streams. */
const tasksOf = new WeakMap<AbortSignal, Set<Task>>();

/** Runs the task once the signal aborts: at once when it has. Without a signal, never. */
export function onAbort(signal: AbortSignal | undefined, task: Task): Cancel {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    task();
    return () => {};
  }
  const tasks = tasksOf.get(signal) ?? listenTo(signal);
  const own = () => task();
  tasks.add(own);
  return () => {
    tasks.delete(own);
  };
}

/** Whatever comes first: what is promised, or `error` when the signal aborts. A value that comes too late is discarded. */
export function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  error: () => unknown,
  discard: (value: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const cancel = onAbort(signal, () => {
      late = true;
      reject(error());
    });
    promise.then((value) => (late ? discard(value) : resolve(value)), reject).finally(cancel);
  });
}

function listenTo(signal: AbortSignal): Set<Task> {
  const tasks = new Set<Task>();
  tasksOf.set(signal, tasks);
  signal.addEventListener(
    'abort',
    () => {
      for (const task of tasks) task();
    },
    { once: true },
  );
  return tasks;
}
