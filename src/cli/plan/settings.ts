/** The command line with the settings of the configuration file beneath it. */
import { isAbsolute, join } from 'node:path';
import { limits } from '../../defaults/index.js';
import { systemCodeOf, WperfError } from '../../errors.js';
import { askedOf, hasMeaning } from '../flags/combinations.js';
import { readSettings } from '../flags/settings.js';
import { type FlagValues, flags, label, type NamedFlag } from '../flags/table.js';
import { quote } from '../flags/usage.js';
import { readNamed, unreadable } from './files.js';
import type { Surroundings } from './surroundings.js';

/** Values of both, and what of them a file says. */
export interface Settled {
  readonly values: FlagValues;
  readonly file?: string;
  readonly settings: readonly NamedFlag[];
}

/**
 * The file of `--config`, or the one that wperf finds by itself, of which what says nothing to what is asked for is passed
 * over: it serves client and server alike. Throws WperfError 'usage' or 'file-failure'.
 */
export function withSettings(given: FlagValues, outside: Surroundings): Settled {
  if (given['no-config']) return { values: given, settings: [] };
  const found = given.config === undefined ? foundFile(outside) : namedFile(given.config, outside);
  if (found === undefined) return { values: given, settings: [] };
  const said = readSettings(found.file, found.text);
  const present = presentIn(given);
  const beneath = presentIn(said).filter((flag) => !isOverruled(flag, present) && !isInEnvironment(flag, outside));
  const withThese = (settings: readonly NamedFlag[]): FlagValues => ({
    ...Object.fromEntries(settings.map(({ name }) => [name, said[name]])),
    ...given,
  });
  const asked = given.config === undefined ? askedOf([...present, ...beneath], withThese(beneath)) : undefined;
  const settings = asked === undefined ? beneath : beneath.filter((flag) => hasMeaning(flag, asked));
  return { values: withThese(settings), file: found.file, settings };
}

/** Has an error that is about a setting name the file that it is from. */
export function namingFile<T>({ file, settings }: Settled, plan: () => T): T {
  try {
    return plan();
  } catch (thrown) {
    if (!(thrown instanceof WperfError) || file === undefined) throw thrown;
    const { code, message, hint, operation, cause } = thrown;
    const named = settings.filter((flag) => mentions(message, flag)).map(({ name }) => `"${name}"`);
    if (named.length === 0) throw thrown;
    const verb = named.length === 1 ? 'is' : 'are';
    const detail = { cause, ...(hint !== undefined && { hint }), ...(operation !== undefined && { operation }) };
    throw new WperfError(code, `${message} (${named.join(' and ')} ${verb} in ${file})`, detail);
  }
}

function mentions(message: string, flag: NamedFlag): boolean {
  const words = message.split(/[\s,:=]+/);
  return words.includes(label(flag)) || words.includes(`--${flag.name}`);
}

interface Found {
  readonly file: string;
  readonly text: string;
}

function namedFile(file: string, outside: Surroundings): Found {
  return { file, text: readNamed('--config', file, outside, limits.configBytes) };
}

function foundFile(outside: Surroundings): Found | undefined {
  const file = usualFile(outside.env);
  if (file === undefined) return undefined;
  try {
    return { file, text: outside.readFile(file, limits.configBytes) };
  } catch (thrown) {
    if (isNone(thrown)) return undefined;
    throw unreadable(`the configuration ${quote(file)}`, thrown, 'see to that file, or give --no-config');
  }
}

/** Nor is there one where this user may not look: a service has the home of another, or none. */
function isNone(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCodeOf(thrown));
}

/** A path in XDG_CONFIG_HOME that is not absolute counts as none, as its specification says. */
function usualFile({ XDG_CONFIG_HOME: folder, HOME, USERPROFILE }: Surroundings['env']): string | undefined {
  const home = HOME || USERPROFILE;
  const base = folder && isAbsolute(folder) ? folder : home && join(home, '.config');
  return base ? join(base, 'wperf', 'config.json') : undefined;
}

function presentIn(values: FlagValues): NamedFlag[] {
  return flags.filter(({ name }) => values[name] !== undefined);
}

/** The command line wins: over the same flag, over what it excludes, and over another choice of what to do. */
function isOverruled(flag: NamedFlag, given: readonly NamedFlag[]): boolean {
  return given.some(
    (other) =>
      other.name === flag.name ||
      other.conflicts?.includes(flag.name) ||
      flag.conflicts?.includes(other.name) ||
      (isPlace(flag) && isPlace(other)) ||
      (flag.makes !== undefined && other.makes !== undefined),
  );
}

/** The environment is nearer than a file, too. */
function isInEnvironment({ name }: NamedFlag, { env }: Surroundings): boolean {
  return env.WPERF_TOKEN !== undefined && (name === 'token' || name === 'token-file');
}

/** Says against whom, or that this is a server: one of the flags of which a command line has one. */
function isPlace({ name }: NamedFlag): boolean {
  return name === 'server' || name === 'client' || name === 'loopback' || name === 'traceroute';
}
