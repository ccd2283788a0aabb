/** How many files and connections this process may still open. */
import { readFileSync } from 'node:fs';
import { isOutOfFiles } from '../errors.js';

/**
 * Descriptors that are left above one just opened: the kernel gives the lowest that is free. Undefined where the system
 * does not tell its bound.
 */
export function descriptorsAbove(newest: number): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === undefined ? undefined : Number(soft) - 1 - newest;
  } catch (error) {
    return isOutOfFiles(error) ? 0 : undefined;
  }
}
