/** What a configuration file says, by flag: the same types and rules as on the command line, errors with their place. */
import { JsonFlaw, type Member, parseFlatJson, placeOf, type Scalar } from './flat-json.js';
import { nearest } from './nearest.js';
import { dashed, type FlagName, type FlagValues, flagsByWord, type NamedFlag } from './table.js';
import { parseNamed, quote, usageError } from './usage.js';

/** What is said of one run. */
const ofCommandLine: readonly FlagName[] = ['help', 'version', 'completion', 'config', 'no-config'];

/**
 * @param file its path, for errors.
 * @throws WperfError 'usage' with the place in the file.
 */
export function readSettings(file: string, text: string): FlagValues {
  const bare = text.replace(/^\uFEFF/, '');
  const values: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const member of membersOf(file, bare)) {
    const place = `${file}:${placeOf(bare, member.offset)}`;
    const flag = flagOf(member.key, place);
    if (seen.has(flag.name)) throw usageError(`${place}: "${member.key}" is there twice`, 'leave one of them');
    seen.add(flag.name);
    const value = settingOf(flag, member, `${place}: "${member.key}"`);
    if (value !== undefined) values[flag.name] = value;
  }
  return values as FlagValues;
}

function membersOf(file: string, text: string): Member[] {
  try {
    return parseFlatJson(text);
  } catch (thrown) {
    if (!(thrown instanceof JsonFlaw)) throw thrown;
    throw usageError(
      `${file}:${placeOf(text, thrown.offset)}: ${thrown.message}`,
      'write it as { "time": 30, "json": true }',
    );
  }
}

function flagOf(key: string, place: string): NamedFlag {
  const flag = key.length > 1 ? flagsByWord.get(`--${key}`) : undefined;
  if (flag === undefined) throw usageError(`${place}: ${quote(key)} is not a long flag`, nearby(key));
  if (ofCommandLine.includes(flag.name)) {
    throw usageError(`${place}: "${key}" means nothing in a file`, `give ${dashed(flag.name)} on the command line`);
  }
  return flag;
}

function nearby(key: string): string {
  const long = [...flagsByWord.keys()].filter((word) => word.length > 2);
  const near = flagsByWord.get(key) ?? flagsByWord.get(`-${key}`);
  const word = near === undefined ? nearest(`--${key.replace(/^-+/, '').toLowerCase()}`, long) : dashed(near.name);
  return word === undefined || word.length < 3
    ? 'wperf --help all lists the flags'
    : `did you mean "${word.slice(2)}"?`;
}

/** Undefined where the file says that a switch is off. */
function settingOf(flag: NamedFlag, { value }: Member, label: string): unknown {
  const scalars = 'kind' in value ? [value] : value;
  if (flag.type === undefined) {
    const [only] = scalars;
    if (only?.kind !== 'switch' || !('kind' in value))
      throw usageError(`${label} is neither on nor off`, 'give true or false');
    return only.text === 'true' ? true : undefined;
  }
  if (flag.repeatable === undefined && !('kind' in value)) throw usageError(`${label} is a list`, 'give one value');
  const parsed = scalars.map((scalar) => parseScalar(flag, scalar, label));
  return flag.repeatable === undefined ? parsed[0] : parsed.length === 0 ? undefined : parsed;
}

function parseScalar({ type }: NamedFlag, { kind, text }: Scalar, label: string): unknown {
  if (kind === 'switch' || text === '') throw usageError(`${label} needs a value`, `give ${type?.placeholder}`);
  return parseNamed(label, type?.redact?.(text) ?? text, () => type?.parse(text));
}
