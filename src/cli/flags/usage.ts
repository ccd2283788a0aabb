import { WperfError } from '../../errors.js';
import { BadValue } from '../../units.js';

/** A command line that cannot be carried out: the rule it breaks, and what to write instead. */
export function usageError(message: string, hint: string): WperfError {
  return new WperfError('usage', message, { hint });
}

/** What was typed, fit for one line: quoted, and cut where it is long. */
export function quote(text: string): string {
  return text.length > 60 ? `'${text.slice(0, 57)}...'` : `'${text}'`;
}

/** Runs a parser; a BadValue that it throws becomes a usage error that names the flag and shows `shown`. */
export function parseNamed<T>(label: string, shown: string, parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    if (thrown instanceof BadValue) throw usageError(`${label} ${quote(shown)} ${thrown.message}`, thrown.hint);
    throw thrown;
  }
}
