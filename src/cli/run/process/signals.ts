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

function leaveAtOnce(signal: (typeof signals)[number]): never {
  exit(128 + constants.signals[signal]);
}

/** Until somebody wants an orderly end, a signal ends the process as it does by itself, but not without what is due at its exit. */
export function exitUponSignals(): void {
  for (const signal of signals) process.on(signal, leaveAtOnce);
}

const first = deferred();

/** Resolves when a signal has asked for an orderly end. */
export const interrupted: Promise<void> = first.promise;

/** For the rest of the process: one that let go of its signals could lose one that is just coming. */
export function onInterrupt(task: () => void): void {
  let asked = false;
  const handler = (signal: (typeof signals)[number]) => {
    if (asked) leave(128 + constants.signals[signal]);
    asked = true;
    first.resolve();
    task();
  };
  // In this order: a signal that comes while nobody listens to it is lost.
  for (const signal of signals) process.on(signal, handler).off(signal, leaveAtOnce);
}
