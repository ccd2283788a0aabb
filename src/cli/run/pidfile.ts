import { rmSync, writeFileSync } from 'node:fs';
import { WperfError } from '../../errors.js';

/** Keeps the number of this process in a file until the process exits. Throws WperfError `file-failure`. */
export function keepPidFile(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WperfError('file-failure', `-I/--pidfile '${path}' cannot be written: ${reason}`, {
      hint: 'choose a file that this user may write',
      cause,
    });
  }
  process.once('exit', () => removeQuietly(path));
}

function removeQuietly(path: string): void {
  try {
    rmSync(path);
  } catch {
    // Someone else has removed it, or its folder.
  }
}
