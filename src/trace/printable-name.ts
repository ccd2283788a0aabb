/** Names of hops made safe to show. Pure. */
import { limits } from '../defaults/index.js';
import { stripControl } from '../errors.js';

/** Whoever holds the reverse zone wrote this: no control characters, no blanks that could pass for columns. */
export function printableName(name: string | undefined): string | undefined {
  const printable = stripControl(name ?? '').replace(/\s+/gu, '_');
  return printable === '' ? undefined : printable.slice(0, limits.hopNameCharacters);
}
