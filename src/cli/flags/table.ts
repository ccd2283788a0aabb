/**
 * The one table of flags: it makes the parser, `--help`, the manual page, completions, keys of the configuration file,
 * the table of docs/flags.md, and the types of the parsed values.
 */
import { besideFlags } from './rows/beside.js';
import { bothFlags } from './rows/both.js';
import { connectionFlags } from './rows/connection.js';
import type { Flag, FlagRow, Group } from './rows/flag.js';
import { loadFlags } from './rows/load.js';
import { modeFlags } from './rows/modes.js';
import { routesFlags, traceFlags } from './rows/routes.js';
import { serverFlags } from './rows/server.js';
import { simulationFlags } from './rows/simulation.js';
import { kcpFlags, protoFlags, transportFlags } from './rows/transport.js';
import type { FlagType } from './values/types.js';

/** In the order of `--help`. */
const table = [
  ...inGroup('Modes', modeFlags),
  ...inGroup('Both', bothFlags),
  ...inGroup('Client', loadFlags),
  ...inGroup('Both', protoFlags),
  ...inGroup('Client', [...transportFlags, ...kcpFlags, ...besideFlags, ...connectionFlags]),
  ...inGroup('Simulation', simulationFlags),
  ...inGroup('Server', serverFlags),
  ...inGroup('Trace', traceFlags),
  ...inGroup('Routes', routesFlags),
];

function inGroup<R extends FlagRow>(group: Group, rows: readonly R[]): (R & Pick<Flag, 'group'>)[] {
  return rows.map((row) => ({ ...row, group }));
}

type Row = (typeof table)[number];
export type FlagName = Row['name'];

type Parsed<R> = R extends { type: FlagType<infer T> } ? (R extends { repeatable: true } ? readonly T[] : T) : true;

/** What a command line says, by flag: only the flags that were given. */
export type FlagValues = { readonly [R in Row as R['name']]?: Parsed<R> };

export type NamedFlag = Flag & { readonly name: FlagName };
export const flags: readonly NamedFlag[] = table;

/** The flag as its errors name it, short form first: `-t/--time`. */
export function label(flag: Pick<Flag, 'name' | 'aliases'>): string {
  const { short, long } = wordsOf(flag);
  return [...short, ...long.slice(0, 1)].join('/');
}

/** The flag with the name of its value, as help shows it behind the words: ` FILE`, ` [TOPIC]`. */
export function placeholderOf(flag: Pick<Flag, 'type' | 'alone'>): string {
  if (flag.type === undefined) return '';
  return flag.alone === undefined ? ` ${flag.type.placeholder}` : ` [${flag.type.placeholder}]`;
}

/** Every name as it stands on a command line, dashes included, with the flag that it belongs to. */
export const flagsByWord: ReadonlyMap<string, NamedFlag> = new Map(
  flags.flatMap((flag) => namesOf(flag).map((name) => [dashed(name), flag] as const)),
);

export function labelOf(name: string): string {
  const flag = flagsByWord.get(dashed(name));
  return flag === undefined ? dashed(name) : label(flag);
}

/** Its names as typed, in the table's order. */
export function wordsOf(flag: Pick<Flag, 'name' | 'aliases'>): {
  readonly short: readonly string[];
  readonly long: readonly string[];
} {
  const names = namesOf(flag);
  return {
    short: names.filter((name) => name.length === 1).map(dashed),
    long: names.filter((name) => name.length > 1).map(dashed),
  };
}

export function namesOf({ name, aliases = [] }: Pick<Flag, 'name' | 'aliases'>): readonly string[] {
  return [name, ...aliases];
}

export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
