import type { OutputPlan } from '../../plan/plan.js';
import { knownByWord } from './foreign.js';

/**
 * The output format that a command line asks for, read from words alone: an error in the command line itself has no
 * plan to tell how it should be printed.
 */
export function askedFormat(argv: readonly string[]): OutputPlan['format'] {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  if (words.includes('--json-stream')) return 'json-stream';
  return words.some((word) => word === '--json' || asksShort(word)) ? 'json' : 'text';
}

/** `-J`, alone or after other switches, as in `-RJ`. */
function asksShort(word: string): boolean {
  const [, before] = /^-([^-J]*)J/.exec(word) ?? [];
  return before !== undefined && [...before].every((letter) => isSwitch(`-${letter}`));
}

function isSwitch(word: string): boolean {
  const flag = knownByWord.get(word);
  return flag !== undefined && flag.type === undefined;
}
