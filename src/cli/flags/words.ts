/** argv to typed values by flag. yargs reads the words; the table's types parse the text, so that errors name the flag. */
import { Parser } from 'yargs/helpers';
import { type ForeignFlag, foreignFlags, type KnownFlag, knownByWord, noSuchFlag } from './foreign.js';
import { nearest } from './nearest.js';
import type { Flag } from './rows/flag.js';
import { dashed, type FlagValues, flags, flagsByWord, label } from './table.js';
import { parseNamed, quote, usageError } from './usage.js';

/** Nothing converted, nothing expanded; a repeated flag becomes an array. */
const reading = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'parse-numbers': false,
  'parse-positional-numbers': false,
};

/** What yargs takes for a value although it begins with a dash. */
const negativeNumber = /^-(\d+(\.\d+)?|\.\d+)$/;

const switches = [...flags, ...foreignFlags].flatMap(({ name, type }) => (type === undefined ? [name] : []));

interface ReadWords {
  readonly values: FlagValues;
  /** Those that are given. */
  readonly foreign: readonly ForeignFlag[];
}

/** The flags given in argv, parsed. Throws WperfError 'usage' for unknown, repeated, valueless and malformed ones. */
export function readWords(argv: readonly string[]): ReadWords {
  const words = spell(argv);
  const read = Parser(words, { boolean: switches, configuration: reading });
  const [stray] = read._;
  if (stray !== undefined) throw strayWord(String(stray));
  const values: Record<string, unknown> = {};
  for (const flag of flags) {
    const raw = read[flag.name];
    if (raw !== undefined) values[flag.name] = flag.type === undefined ? true : parseValue(flag, flag.type, raw);
  }
  return { values: values as FlagValues, foreign: foreignFlags.filter(({ name }) => read[name] !== undefined) };
}

function parseValue(flag: Flag, type: NonNullable<Flag['type']>, raw: unknown): unknown {
  const texts = (Array.isArray(raw) ? raw : [raw]).map(String);
  if (texts.length > 1 && flag.repeatable === undefined) {
    throw usageError(`${label(flag)} is given ${texts.length} times`, 'give it once');
  }
  const parsed = texts.map((text) => {
    if (text === '') throw valueMissing(flag);
    return parseNamed(label(flag), type.redact?.(text) ?? text, () => type.parse(text));
  });
  return flag.repeatable === undefined ? parsed[0] : parsed;
}

/**
 * The same command line in words that yargs cannot misread: `-n10M` and `-RJ` taken apart, values that begin with a
 * dash bound by `=`, and switches bound to `true` lest a word after them be taken for their value.
 */
function spell(argv: readonly string[]): string[] {
  const spelled: string[] = [];
  /** The flag that the words before belong to, where it takes more than one. */
  let open: string | undefined;
  let words = 0;
  for (const [index, word] of argv.entries()) {
    if (word === '--') return [...spelled, ...argv.slice(index)];
    if (isFlag(word)) {
      spelled.push(...spellFlags(word, argv[index + 1]));
      open = flagsByWord.get(word)?.takesMore && word;
      words = 0;
    } else {
      words += 1;
      spelled.push(...(open !== undefined && words > 1 ? [open, word] : [word]));
    }
  }
  return spelled;
}

function isFlag(word: string): boolean {
  return /^-./.test(word) && (knownByWord.has(word) || !negativeNumber.test(word));
}

function spellFlags(word: string, next: string | undefined): string[] {
  const [, name = '', value] = /^(--[^=]+|-[^-])(?:=(.*))?$/s.exec(word) ?? [];
  const flag = knownByWord.get(name);
  if (flag !== undefined) return spellOne(flag, value, next);
  const cluster = knownByWord.get(word.slice(0, 2));
  const isLong = word.startsWith('--') || knownByWord.has(`-${word}`);
  if (cluster === undefined || isLong) throw unknownFlag(word);
  const rest = word.slice(2);
  if (cluster.type !== undefined) return spellOne(cluster, rest, next);
  if (!knownByWord.has(`-${rest[0]}`)) throw unknownFlag(word);
  return [...spellOne(cluster, undefined, undefined), ...spellFlags(`-${rest}`, next)];
}

function spellOne(flag: KnownFlag, value: string | undefined, next: string | undefined): string[] {
  const name = dashed(flag.name);
  if ('refusal' in flag) throw noSuchFlag(flag, flag.refusal);
  if (flag.type === undefined) {
    if (value !== undefined && !('optional' in flag))
      throw usageError(`${label(flag)} takes no value`, `leave out ${quote(value)}`);
    return [`${name}=true`];
  }
  if (value === undefined) {
    if ('alone' in flag && (next === undefined || isFlag(next))) return [`${name}=${flag.alone}`];
    if (next === undefined || next === '-' || isFlag(next)) throw valueMissing(flag, next);
    return [name];
  }
  return value.startsWith('-') ? [`${name}=${value}`] : [name, value];
}

/** @param next the word that stands where the value would, when it begins with a dash. */
function valueMissing(flag: Pick<Flag, 'name' | 'aliases' | 'type'>, next?: string) {
  const maybeMeant = next !== undefined && !knownByWord.has(next);
  const spelling = maybeMeant ? `, written ${dashed(flag.name)}=... when it begins with -` : '';
  return usageError(`${label(flag)} needs a value`, `give ${flag.type?.placeholder}${spelling}`);
}

function unknownFlag(word: string) {
  const typed = word.replace(/=.*/s, '');
  const bare = typed.replace(/^-+/, '');
  const known = [...flagsByWord.keys()];
  const otherCase = known.find((one) => one.length === 2 && one.toLowerCase() === typed.toLowerCase());
  const longWords = known.filter((one) => one.length > 2);
  const near = otherCase ?? nearest(`--${bare.toLowerCase()}`, longWords);
  const hint = near === undefined ? 'wperf --help all lists the flags' : `did you mean ${near}?`;
  return usageError(`${quote(typed)} is not a flag`, hint);
}

function strayWord(word: string) {
  return usageError(`${quote(word)} belongs to no flag`, 'write each value after its flag, as in -c HOST');
}
