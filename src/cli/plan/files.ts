/** The contents of files named on the command line. */
import { systemCodeOf, WperfError } from '../../errors.js';
import { quote } from '../flags/usage.js';
import type { Surroundings } from './surroundings.js';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

/** The text of a file. Throws WperfError 'file-failure' naming flag, path and reason. */
export function readNamed(flag: string, path: string, { readFile }: Surroundings, mostBytes?: number): string {
  try {
    return readFile(path, mostBytes);
  } catch (cause) {
    throw unreadable(`${flag} ${quote(path)}`, cause);
  }
}

/** PEM text with at least one block of the kind. Throws WperfError 'file-failure'. */
export function readPem(
  flag: string,
  path: string,
  kind: 'CERTIFICATE' | 'PRIVATE KEY' | 'PUBLIC KEY',
  outside: Surroundings,
): string {
  const text = readNamed(flag, path, outside);
  if (new RegExp(`-----BEGIN [A-Z0-9 ]*${kind}-----`).test(text)) return text;
  throw fileFailure(`${flag} ${quote(path)} holds no ${kind.toLowerCase()}`, `name a PEM file with a ${kind} block`);
}

/** @param name the flag with its file, as the user gave it. */
export function unreadable(name: string, cause: unknown, hint = 'name a file that you may read'): WperfError {
  return fileFailure(`${name} cannot be read: ${reason(cause)}`, hint, cause);
}

export function fileFailure(message: string, hint: string, cause?: unknown): WperfError {
  return new WperfError('file-failure', message, { operation: 'read', hint, cause });
}

function reason(cause: unknown): string {
  return reasons[systemCodeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause));
}
