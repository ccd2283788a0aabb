/** `--pidfile`: a file that tells others the number of this process as long as it runs. */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { WperfError } from '../../../errors.js';
import { writeFailure } from '../output/files.js';

/** Keeps the number of this process in a file until the process exits. Throws WperfError `file-failure`. */
export function keepPidFile(path: string): void {
  if (isOther(path)) throw failure(`${shown(path)} is there, and no regular file`);
  const holder = livingHolder(path);
  if (holder !== undefined) throw failure(`${shown(path)} is kept by process ${holder}, which still runs`);
  process.once('exit', () => {
    if (numberIn(path) === process.pid) removeQuietly(path);
  });
  try {
    write(path, openSync(path, 'w'));
  } catch (cause) {
    throw writeFailure(shown(path), cause);
  }
}

/** What cannot be written whole is not left there empty. */
function write(path: string, file: number): void {
  try {
    writeSync(file, `${process.pid}\n`);
  } catch (error) {
    removeQuietly(path);
    throw error;
  } finally {
    closeSync(file);
  }
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
  const pid = numberIn(path);
  if (pid === undefined || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

/** Undefined where there is no such file, or none of a process. */
function numberIn(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
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

function failure(message: string): WperfError {
  return new WperfError('file-failure', message, { hint: 'name another file, which this user may write' });
}
