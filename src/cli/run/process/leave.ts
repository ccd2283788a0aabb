/** The end of the program: whatever it still waits for, it is over once what it has written is taken. */
import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { waits } from '../../../defaults/index.js';
import { exit } from './exit.js';
import { interrupted } from './signals.js';

/** A reader that does not read holds the program up, but not one that was told to end. */
export async function leave(code: number): Promise<never> {
  // A write that failed at once is told in the next turn.
  await turn();
  const written = Promise.all([process.stdout, process.stderr].map(flushed));
  await unlessTold(written);
  exit(code);
}

/** Waits for what is written to be taken, but not much longer where the program is told to end. */
export function unlessTold(written: Promise<unknown>): Promise<unknown> {
  return Promise.race([written, interrupted.then(soon)]);
}

/** A stream that has failed says so before; one that nothing is left to write to has nothing to fail at. */
async function flushed(stream: Writable): Promise<void> {
  if (stream.writableLength > 0) await new Promise((resolve) => stream.write('', resolve));
  await turn();
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, waits.lastOutputSeconds * 1000));
}
