/** SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, the second ends the process as if unhandled. */
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Returns a function that puts the system's own handling back. */
export function onInterrupt(task: () => void): () => void {
  let asked = false;
  const handler = (signal: (typeof signals)[number]) => {
    if (asked) process.exit(128 + constants.signals[signal]);
    asked = true;
    task();
  };
  for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const signal of signals) process.off(signal, handler);
  };
}
