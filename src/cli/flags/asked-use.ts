import { knownByWord } from './foreign.js';
import type { Use } from './rows/flag.js';

/** What a command line asks for, read from words alone, as `askedFormat` reads its format. */
export function askedUse(argv: readonly string[]): Use {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const [use = 'load'] = words.flatMap((word) => {
    const flag = knownByWord.get(word.replace(/=.*/s, ''));
    return flag !== undefined && 'makes' in flag && flag.makes !== undefined ? [flag.makes] : [];
  });
  return use;
}
