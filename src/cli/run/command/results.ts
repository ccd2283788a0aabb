/** Results of tests in files, read back. */
import { open } from 'node:fs/promises';
import { bounds } from '../../../defaults/index.js';
import { type AnyWhole, readAny, readDocument, type TestWhole } from '../../../report/document/read.js';
import { fileFailure, unreadable } from '../../plan/files.js';

const PIECE_BYTES = 1024 * 1024;

/** Of a test of load. Throws WperfError `file-failure` that names the flag, the file, and what is wrong with it. */
export async function readResult(flag: string, path: string): Promise<TestWhole> {
  const name = `${flag} '${path}'`;
  return readDocument(await contentsOf(name, path), name);
}

/** Of whatever was run. Throws likewise. */
export async function readAnyResult(flag: string, path: string): Promise<AnyWhole> {
  const name = `${flag} '${path}'`;
  return readAny(await contentsOf(name, path), name);
}

/** Pipes do not tell their size: what is read is counted. */
async function contentsOf(name: string, path: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    const file = await open(path);
    try {
      while (bytes <= bounds.documentBytes) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES, null);
        if (bytesRead === 0) return Buffer.concat(pieces).toString('utf8');
        pieces.push(buffer.subarray(0, bytesRead));
        bytes += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(name, cause);
  }
  throw fileFailure(`${name} is larger than ${bounds.documentBytes / 2 ** 20} MiB`, 'give the result of one test');
}
