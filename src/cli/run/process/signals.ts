/** SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, the second ends the process as if unhandled. */
import { constants } from 'node:os';
import { deferred } from '../../../host/deferred.js';
import { exit } from './exit.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** On a terminal a live line may stand unfinished. */
function leave(code: number): never {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  exit(code);
}

const first = deferred();
let isAsked = false;

/** Resolves when a signal has asked for an orderly end. */
export const interrupted: Promise<void> = first.promise;

/**
 * For the rest of the process: one that let go of its signals could lose one that is just coming. Where a signal has come
 * already the task is due at once.
 */
export function onInterrupt(task: () => void): void {
  let asked = isAsked;
  const handler = (signal: (typeof signals)[number]) => {
    if (asked) leave(128 + constants.signals[signal]);
    asked = true;
    isAsked = true;
    first.resolve();
    task();
  };
  for (const signal of signals) process.on(signal, handler);
  if (asked) task();
}

/**
 * From now on; whoever has something to end is told of it later. SIGUSR1, which has some servers open their log anew, would
 * have Node open a port for debuggers, by which any user of the machine could run code in this process.
 */
export function hearInterrupts(): void {
  onInterrupt(() => {});
  process.on('SIGUSR1', () => {});
}
