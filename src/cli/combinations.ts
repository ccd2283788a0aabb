/** Which flags go together: one mode, flags of that mode only, no conflicts, nothing missing. */
import { type FlagValues, flags, type Group, label, labelOf, type NamedFlag } from './flags.js';
import { usageError } from './usage.js';

export type Mode = 'client' | 'server' | 'loopback';

const groupsOfMode: Record<Mode, readonly Group[]> = {
  client: ['Modes', 'Both', 'Client'],
  loopback: ['Modes', 'Both', 'Client'],
  server: ['Modes', 'Both', 'Server'],
};

/** The mode asked for, or undefined for none. Throws WperfError 'usage' for the first rule broken. */
export function checkCombination(values: FlagValues): Mode | undefined {
  const given = flags.filter((flag) => values[flag.name] !== undefined);
  const names: readonly string[] = given.map((flag) => flag.name);
  checkConflicts(given, names);
  const mode = (['client', 'server', 'loopback'] as const).find((name) => names.includes(name));
  if (mode !== undefined) checkMode(given, mode);
  checkRequired(given, names);
  return mode;
}

function checkConflicts(given: readonly NamedFlag[], names: readonly string[]): void {
  for (const flag of given) {
    const other = flag.conflicts?.find((name) => names.includes(name));
    if (other !== undefined) {
      throw usageError(`${label(flag)} and ${labelOf(other)} exclude each other`, 'give one of them');
    }
  }
}

function checkMode(given: readonly NamedFlag[], mode: Mode): void {
  const stranger = given.find((flag) => !groupsOfMode[mode].includes(flag.group));
  if (stranger === undefined) return;
  const client = stranger.group === 'Client';
  const rule = `${label(stranger)} is a ${client ? 'client' : 'server'} flag`;
  throw usageError(rule, stranger.elsewhere ?? `use it with ${client ? '-c or --loopback' : '-s'}`);
}

function checkRequired(given: readonly NamedFlag[], names: readonly string[]): void {
  for (const flag of given) {
    const missing = flag.requires?.find((name) => !names.includes(name));
    if (missing !== undefined) throw usageError(`${label(flag)} needs ${labelOf(missing)}`, 'give both');
  }
}
