/** `--pidfile`: a file that tells others the number of this process as long as it runs. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { WperfError } from '../../../errors.js';

/** Keeps the number of this process in a file until the process exits. Throws WperfError `file-failure`. */
export function keepPidFile(path: string): void {
  if (isOther(path)) throw failure(`${shown(path)} is there, and no regular file`);
  const holder = livingHolder(path);
  if (holder !== undefined) throw failure(`${shown(path)} is kept by process ${holder}, which still runs`);
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure(`${shown(path)} cannot be written: ${reason}`, cause);
  }
  process.once('exit', () => removeQuietly(path));
}

/** A device may have no end to be read to, and is not to be removed. */
function isOther(path: string): boolean {
  try {
    return !statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Of a server that was started before, say: its file is not to be taken from it. */
function livingHolder(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    // No such file, or no such process.
    return undefined;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path);
  } catch {
    // Someone else has removed it, or its folder.
  }
}

function shown(path: string): string {
  return `-I/--pidfile '${path}'`;
}

function failure(message: string, cause?: unknown): WperfError {
  return new WperfError('file-failure', message, { hint: 'name another file, which this user may write', cause });
}
