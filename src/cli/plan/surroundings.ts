import { closeSync, openSync, readSync } from 'node:fs';
import { limits } from '../../defaults/index.js';
import type { Target } from '../../plan/plan.js';
import { proxyFromEnvironment } from './way/proxy.js';

/** All that a plan depends on besides argv, handed in so that planning is a pure function. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The number of this process. */
  readonly pid?: number;
  /** Text of a file, or throws as `readFileSync` does; also for one of more than `mostBytes` (`limits.fileBytes`). */
  readFile(path: string, mostBytes?: number): string;
  /** The proxy that the environment names for a target. */
  proxyFor(target: Target): string | undefined;
}

/** Those of this process. */
export const processSurroundings: Surroundings = {
  env: process.env,
  pid: process.pid,
  readFile: readBounded,
  proxyFor: proxyFromEnvironment,
};

const CHUNK_BYTES = 65_536;

/** Liveness: a device may have no end, and little more than `mostBytes` is read of it. */
function readBounded(path: string, mostBytes: number = limits.fileBytes): string {
  const fd = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0, read = -1; read !== 0; length += read) {
      if (length > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
      const chunk = Buffer.alloc(CHUNK_BYTES);
      read = readSync(fd, chunk);
      chunks.push(chunk.subarray(0, read));
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    closeSync(fd);
  }
}
