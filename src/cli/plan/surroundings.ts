import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Target } from '../../plan/plan.js';
import { proxyFromEnvironment } from './way/proxy.js';

/** All that a plan depends on besides argv, handed in so that planning is a pure function. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The number of this process. */
  readonly pid?: number;
  /** Text of a file, or throws as `readFileSync` does; also for one that is longer than `mostBytes`. */
  readFile(path: string, mostBytes?: number): string;
  /** The proxy that the environment names for a target. */
  proxyFor(target: Target): string | undefined;
}

/** Those of this process. */
export const processSurroundings: Surroundings = {
  env: process.env,
  pid: process.pid,
  readFile: (path, mostBytes) => (mostBytes === undefined ? readFileSync(path, 'utf8') : readBounded(path, mostBytes)),
  proxyFor: proxyFromEnvironment,
};

/** Liveness: no more than `mostBytes` and one are read, whatever the file is. */
function readBounded(path: string, mostBytes: number): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    if (length > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}
