/** Which flags go together: one mode, flags that mean something to what is asked for, no conflicts, nothing missing. */
import type { Flag, Use } from './rows/flag.js';
import { type FlagValues, flags, label, labelOf, type NamedFlag } from './table.js';
import { usageError } from './usage.js';

/** What a command line has wperf do, and whether against a server of this machine's own. */
export interface Asked {
  readonly use: Use;
  readonly loopback: boolean;
}

/** Undefined where no mode is given. Throws WperfError 'usage' for the first rule broken. */
export function checkCombination(values: FlagValues): Asked | undefined {
  const given = flags.filter((flag) => values[flag.name] !== undefined);
  checkConflicts(given);
  const asked = askedOf(given, values);
  const stranger = asked && given.find((flag) => !hasMeaning(flag, asked));
  if (asked && stranger) throw refusalOf(stranger, asked);
  checkRequired(given);
  return asked;
}

function checkConflicts(given: readonly NamedFlag[]): void {
  for (const flag of given) {
    const other = given.find(({ name }) => flag.conflicts?.includes(name));
    if (other !== undefined) throw exclusive(flag, other);
  }
}

/** What these flags choose; undefined where they say neither server nor whom to test against. */
export function askedOf(given: readonly NamedFlag[], { client, loopback }: FlagValues): Asked | undefined {
  const [use = 'load']: Use[] = given.flatMap(({ makes }) => makes ?? []);
  const hasMode = client !== undefined || loopback || !isOfClients(use);
  return hasMode ? { use, loopback: loopback ?? false } : undefined;
}

/** A flag that would say nothing is refused, never passed over. */
export function hasMeaning(flag: Flag, { use, loopback }: Asked): boolean {
  return flag.for.includes(use) && (!loopback || flag.for.includes('loopback'));
}

function refusalOf(flag: NamedFlag, { use }: Asked) {
  if (flag.for.includes(use)) return exclusive({ name: 'loopback' }, flag);
  const clientUses = usesOf(flag).filter(isOfClients);
  const chooser = isOfClients(use) && flags.find(({ makes }) => makes === use);
  if (chooser && clientUses.length > 0) return exclusive(chooser, flag);
  const needed = chooserOf(flag);
  if (use === 'load' && needed && usesOf(flag).length === 1) return missing(flag, needed.name);
  const elsewhere = use === 'server' || isOfClients(use) ? flag.elsewhere : undefined;
  return usageError(`${label(flag)} is a ${kindOf(flag)} flag`, elsewhere ?? `use it with ${placesOf(flag)}`);
}

function usesOf(flag: Flag): Use[] {
  return flag.for.filter((use) => use !== 'loopback');
}

function isOfClients(use: Use): boolean {
  return !['server', 'traceroute', 'from', 'compare'].includes(use);
}

/** Which flag a client must be given for this one to mean something; undefined for none, or where no client takes it. */
function chooserOf(flag: Flag): NamedFlag | undefined {
  const uses = usesOf(flag).filter(isOfClients);
  if (flag.makes !== undefined || uses.includes('load')) return undefined;
  return flags.find(({ makes }) => makes !== undefined && uses.includes(makes));
}

function kindOf(flag: Flag): string {
  const [uses, routes] = [usesOf(flag), flag.for.includes('traceroute')];
  const client = uses.some((use) => isOfClients(use) && !(routes && chooserOf(flag)));
  const kinds = [
    ...(client ? ['client'] : []),
    ...(uses.includes('server') ? ['server'] : []),
    ...(routes ? ['traceroute'] : []),
    ...(uses.includes('from') ? ['--from'] : []),
  ];
  return listed(kinds, 'and');
}

/** `a, b and c`. */
function listed(words: readonly string[], before: 'and' | 'or'): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(` ${before} `);
}

/** `-c, --loopback or -s`; `--traceroute, or with -c and --reverse-traceroute`. */
function placesOf(flag: Flag): string {
  const chooser = chooserOf(flag);
  const anyClient = chooser === undefined && usesOf(flag).some(isOfClients);
  const places = [
    ...(anyClient ? ['-c', ...(flag.for.includes('loopback') ? ['--loopback'] : [])] : []),
    ...(flag.for.includes('server') ? ['-s'] : []),
    ...(flag.for.includes('traceroute') ? ['--traceroute'] : []),
    ...(flag.for.includes('from') ? ['--from'] : []),
  ];
  const chosen = chooser && `-c and ${label(chooser)}`;
  return [listed(places, 'or'), chosen].filter(Boolean).join(', or with ');
}

function exclusive(flag: { readonly name: string }, other: { readonly name: string }) {
  return usageError(`${labelOf(flag.name)} and ${labelOf(other.name)} exclude each other`, 'give one of them');
}

function checkRequired(given: readonly NamedFlag[]): void {
  for (const flag of given) {
    const absent = flag.requires?.find((name) => !given.some((other) => other.name === name));
    if (absent !== undefined) throw missing(flag, absent);
  }
}

function missing(flag: Flag, needed: string) {
  return usageError(`${label(flag)} needs ${labelOf(needed)}`, 'give both');
}
