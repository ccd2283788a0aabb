/** What a row of the table of flags says. */
import type { FlagType } from '../values/types.js';

export const groups = ['Modes', 'Both', 'Client', 'Simulation', 'Server', 'Trace', 'Routes'] as const;
export type Group = (typeof groups)[number];

export const groupTitles: Readonly<Record<Group, string>> = {
  Modes: 'Modes (give one)',
  Both: 'Client and server',
  Client: 'Client (-c, --loopback)',
  Simulation: 'Simulated conditions (-c, --loopback)',
  Server: 'Server (-s)',
  Trace: 'Routes (--traceroute, --reverse-traceroute)',
  Routes: 'Routes back to clients (-s)',
};

/** What a command line has wperf do. */
export type Use = 'load' | 'ping' | 'route-back' | 'both-routes' | 'traceroute' | 'server' | 'from' | 'compare';

export interface FlagRow {
  /** Without dashes; of one character where there is no long form. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What it has a meaning for; `loopback`: also against a server of this machine's own. All else refuses it. */
  readonly for: readonly (Use | 'loopback')[];
  /** What it chooses of these; without such a flag, a client makes a load test. */
  readonly makes?: Use;
  readonly help: string;
  /** A flag without a type is a switch. */
  readonly type?: FlagType<unknown>;
  /** The value that the flag has where none is given with it. */
  readonly alone?: string;
  /** What holds when the flag is not given, for people. */
  readonly default?: string;
  readonly repeatable?: true;
  /** Takes every word up to the next flag. */
  readonly takesMore?: true;
  /** Names of the flags that this one excludes; declared on one side only. */
  readonly conflicts?: readonly string[];
  /** Names of the flags that must be given too. */
  readonly requires?: readonly string[];
  /** What to do instead when it is given to the other end of tests, where that is more than using the right one. */
  readonly elsewhere?: string;
}

export interface Flag extends FlagRow {
  /** Its section of `--help`. */
  readonly group: Group;
}
