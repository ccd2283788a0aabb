/** Which flags go together: one mode, flags of that mode only, no conflicts, nothing missing. */
import { type FlagValues, flags, type Group, label, labelOf, type NamedFlag } from './table.js';
import { usageError } from './usage.js';

export type Mode = 'client' | 'server' | 'loopback' | 'traceroute';

const groupsOfMode: Record<Mode, readonly Group[]> = {
  client: ['Modes', 'Both', 'Client', 'Simulation'],
  loopback: ['Modes', 'Both', 'Client', 'Simulation'],
  server: ['Modes', 'Both', 'Server', 'Routes'],
  traceroute: ['Modes', 'Trace'],
};

/** Flags of other groups that a mode takes too. */
const alsoFor: Partial<Record<Mode, readonly string[]>> = {
  traceroute: ['4', '6', 'json', 'json-stream', 'logfile', 'timestamps', 'verbose', 'no-color'],
  server: ['geoip-db', 'no-geoip'],
};

/** What makes a client show routes. */
const routeFlags = ['reverse-traceroute', 'both-traceroutes'];

/** The mode asked for, or undefined for none. Throws WperfError 'usage' for the first rule broken. */
export function checkCombination(values: FlagValues): Mode | undefined {
  const given = flags.filter((flag) => values[flag.name] !== undefined);
  const names: readonly string[] = given.map((flag) => flag.name);
  checkConflicts(given, names);
  const mode = (['client', 'server', 'loopback', 'traceroute'] as const).find((name) => names.includes(name));
  if (mode !== undefined) checkMode(given, names, mode);
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

const whereToUse: Record<Group, string> = {
  Modes: '',
  Both: 'use it with -c, --loopback or -s',
  Client: 'use it with -c or --loopback',
  Simulation: 'use it with -c or --loopback',
  Server: 'use it with -s',
  Trace: 'use it with --traceroute, or with -c and --reverse-traceroute',
  Routes: 'use it with -s',
};

const kindOf: Record<Group, string> = {
  Modes: 'mode',
  Both: 'client and server',
  Client: 'client',
  Simulation: 'simulation',
  Server: 'server',
  Trace: 'traceroute',
  Routes: 'server',
};

function checkMode(given: readonly NamedFlag[], names: readonly string[], mode: Mode): void {
  const showsRoutes = routeFlags.some((name) => names.includes(name));
  const stranger = given.find((flag) => !fits(flag, mode) && !(flag.group === 'Trace' && showsRoutes));
  if (stranger === undefined) return;
  const { group } = stranger;
  const kind = kindOf[group];
  throw usageError(`${label(stranger)} is a ${kind} flag`, stranger.elsewhere ?? whereToUse[group]);
}

function fits(flag: NamedFlag, mode: Mode): boolean {
  return groupsOfMode[mode].includes(flag.group) || (alsoFor[mode]?.includes(flag.name) ?? false);
}

function checkRequired(given: readonly NamedFlag[], names: readonly string[]): void {
  for (const flag of given) {
    const missing = flag.requires?.find((name) => !names.includes(name));
    if (missing !== undefined) throw usageError(`${label(flag)} needs ${labelOf(missing)}`, 'give both');
  }
}
