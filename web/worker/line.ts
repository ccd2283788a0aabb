import type { WperfError } from '../../src/errors.js';

/** What to do about a token is said in flags, which a page does not have: it has a field. */
export function lineOf({ code, message, line }: WperfError): string {
  return code.startsWith('token-') ? message : line;
}
