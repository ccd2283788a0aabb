import { limits } from '../../defaults/index.js';
import type { FlagValues } from '../flags/table.js';
import { usageError } from '../flags/usage.js';
import { readNamed } from './files.js';
import type { Surroundings } from './surroundings.js';

/**
 * The token of `--token`, `--token-file` or WPERF_TOKEN, in that order. An empty one is refused, never taken for none:
 * a server whose secret went missing must not stand open. No error shows the token.
 */
export function resolveToken(values: FlagValues, outside: Surroundings): string | undefined {
  const { token, 'token-file': file } = values;
  if (token !== undefined) return check('--token', token);
  if (file !== undefined) return check('--token-file', lineOf(readNamed('--token-file', file, outside)));
  const { WPERF_TOKEN: fromEnvironment } = outside.env;
  return fromEnvironment === undefined ? undefined : check('WPERF_TOKEN', fromEnvironment);
}

/** Editors put a byte order mark before the text and a line end after it. */
function lineOf(text: string): string {
  if (/^\uFFFD{2}|\0/.test(text)) {
    throw usageError('--token-file holds text that is not UTF-8 (UTF-16?)', 'save the file as UTF-8');
  }
  return text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
}

function check(source: string, token: string): string {
  if (token === '') throw usageError(`${source} holds an empty token`, 'put a secret there, or leave it out');
  if (token.length > limits.tokenCharacters) {
    throw usageError(`${source} holds a token of ${token.length} characters`, `use at most ${limits.tokenCharacters}`);
  }
  if (/[\r\n]/.test(token)) throw usageError(`${source} holds more than one line`, 'put the token on one line, alone');
  return token;
}
