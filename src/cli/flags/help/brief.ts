import type { Flag } from '../rows/flag.js';

/** What a flag does in a few words: its help up to the first pause. */
export function brief({ help }: Pick<Flag, 'help'>): string {
  return help.replace(/(?:[,;:]| \(| where | while | if ).*$/s, '');
}
