/** SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, the second ends the process as if unhandled. */
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** On a terminal a live line may stand unfinished. */
function leave(code: number): never {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.exit(code);
}

/** A signal has asked for an orderly end. */
export const wasInterrupted = (): boolean => interrupted;

let interrupted = false;

/** Returns a function that puts the system's own handling back. */
export function onInterrupt(task: () => void): () => void {
  let asked = false;
  const handler = (signal: (typeof signals)[number]) => {
    if (asked) leave(128 + constants.signals[signal]);
    asked = true;
    interrupted = true;
    task();
  };
  for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const signal of signals) process.off(signal, handler);
  };
}
