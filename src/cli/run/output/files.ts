/** Files that reports go to, be they named pipes. */
import { once } from 'node:events';
import { constants, createWriteStream, open, type WriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { systemCodeOf, WperfError } from '../../../errors.js';
import { unlessTold } from '../process/leave.js';

export type FileStream = WriteStream | Socket;

/**
 * To append to, or to fill anew. Neither the opening nor the writing of a pipe may wait for its reader: such a wait would
 * outlast the program's end. Rejects with the system's error.
 */
export async function openToWrite(path: string, flags: 'a' | 'w'): Promise<FileStream> {
  const isPipe = (await stat(path).catch(() => undefined))?.isFIFO() ?? false;
  if (isPipe) {
    const fd = await promisify(open)(path, constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: false, writable: true });
  }
  const file = createWriteStream(path, { flags });
  await once(file, 'open');
  return file;
}

/** Settles when all is taken, or soon where the program is told to end. Rejects with the system's error. */
export async function end(file: FileStream, last = ''): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => file.once('close', resolve).once('error', reject));
  file.end(last);
  await unlessTold(closed);
}

/** @param name the flag with its file, as the user gave it. */
export function writeFailure(name: string, error: unknown): WperfError {
  const code = systemCodeOf(error);
  const reason = code === 'ENXIO' ? 'nobody reads this pipe' : error instanceof Error ? error.message : String(error);
  const hint = hints.get(code) ?? 'choose a file that this user may write';
  return new WperfError('file-failure', `${name} cannot be written: ${reason}`, { hint, cause: error });
}

const freeSpace = 'free space there, or write elsewhere';
const hints = new Map<string, string>([
  ['ENXIO', 'start its reader first'],
  ['ENOSPC', freeSpace],
  ['EDQUOT', freeSpace],
]);
