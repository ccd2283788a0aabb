/** What a command line asks for: argv to the plan of one command. */
import { defaults, limits } from '../../defaults/index.js';
import type { GeoipOptions } from '../../geoip/open.js';
import { given, givenAny } from '../../given.js';
import type { Bounds, ClientPlan, OutputPlan, PingPlan, ReverseTracePlan, ServerPlan } from '../../plan/plan.js';
import { packetProtos } from '../../plan/protos.js';
import type { TraceOptions } from '../../trace/options.js';
import { checkCombination } from '../flags/combinations.js';
import { notesOn } from '../flags/foreign.js';
import type { Shell } from '../flags/help/shells.js';
import type { Topic } from '../flags/help/topics.js';
import { idleNotes } from '../flags/idle.js';
import { type FlagValues, labelOf } from '../flags/table.js';
import { usageError } from '../flags/usage.js';
import { readWords } from '../flags/words.js';
import { loadPlan, type Placed, pingPlan, routeBackPlan } from './client.js';
import { modeOf } from './load/amount.js';
import { geoipOptions, traceOptions } from './routes.js';
import { serverPlan } from './server.js';
import { namingFile, withSettings } from './settings.js';
import type { Surroundings } from './surroundings.js';

/** How a command that runs for a while goes about it. */
export interface Conduct {
  readonly output: OutputPlan;
  /** Holds the number of the process as long as it runs. */
  readonly pidFile?: string;
  /** What is done instead of what flags of others ask for, a line each. */
  readonly notes?: readonly string[];
}

/** How a route is shown. */
export interface RouteReport {
  /** Undefined looks nothing up. */
  readonly geoip: GeoipOptions | undefined;
  /** A route that ends before its target has an exit code of its own. */
  readonly requireTarget?: boolean;
}

interface ClientCommand extends Conduct {
  readonly command: 'client';
  readonly plan: Placed<ClientPlan>;
}

interface PingCommand extends Conduct {
  readonly command: 'ping';
  readonly plan: Placed<PingPlan>;
}

export interface RouteBackCommand extends Conduct, RouteReport {
  readonly command: 'route-back';
  readonly plan: Placed<ReverseTracePlan>;
  /** Shows the route there beside it. */
  readonly both: boolean;
}

export interface TracerouteCommand extends Conduct, RouteReport {
  readonly command: 'traceroute';
  readonly options: TraceOptions;
}

export interface ServerCommand extends Conduct {
  readonly command: 'server';
  readonly plan: ServerPlan;
  /** 0 is no interval reports. */
  readonly intervalSeconds: number;
  /** For clients that look nothing up: browsers, and those of the original wperf. */
  readonly geoip: GeoipOptions | undefined;
  /** Serves in the background, and goes on without the process that started it. */
  readonly daemon?: boolean;
}

export type RunningCommand = ClientCommand | PingCommand | RouteBackCommand | TracerouteCommand | ServerCommand;

export type Command =
  | { readonly command: 'help'; readonly topic: Topic }
  | { readonly command: 'completion'; readonly shell: Shell }
  /** No mode was given. */
  | { readonly command: 'usage' }
  | { readonly command: 'version'; readonly verbose: boolean }
  /** What ran, reported once more; behind a test, routes. */
  | { readonly command: 'from'; readonly files: readonly string[]; readonly output: OutputPlan }
  | { readonly command: 'compare'; readonly files: readonly string[]; readonly output: OutputPlan }
  | RunningCommand;

/**
 * @param argv the words after the program's name.
 * @throws WperfError 'usage', or 'file-failure' for a file that cannot be used.
 */
export function parseCommand(argv: readonly string[], outside: Surroundings): Command {
  const { values, foreign } = readWords(argv);
  if (values.help) return { command: 'help', topic: values.help };
  if (values.completion) return { command: 'completion', shell: values.completion };
  if (values.version) return { command: 'version', verbose: values.verbose ?? false };
  const settled = withSettings(values, outside);
  return namingFile(settled, () => {
    const notes = [...notesOn(foreign, settled.values), ...idleNotesOf(values, settled.values, outside)];
    return commandOf(settled.values, notes, outside);
  });
}

/** A file that wperf finds by itself serves all that is asked for: of what changes nothing there nothing is told. */
function idleNotesOf(given: FlagValues, values: FlagValues, { env }: Surroundings): string[] {
  return idleNotes(given.config === undefined ? given : values, values, env);
}

function commandOf(values: FlagValues, notes: readonly string[], outside: Surroundings): Command {
  const asked = checkCombination(values);
  if (asked === undefined) return { command: 'usage' };
  if (asked.use === 'from') return fromCommand(values, outside);
  if (asked.use === 'compare') return compareCommand(values, outside);
  const conduct = {
    output: outputPlan(values, outside),
    ...given({ pidFile: values.pidfile, notes: notes.length > 0 ? notes : undefined }),
  };
  switch (asked.use) {
    case 'load':
      return { command: 'client', plan: loadPlan(values, outside), ...conduct };
    case 'ping':
      return { command: 'ping', plan: pingPlan(values, outside), ...conduct };
    case 'route-back':
    case 'both-routes': {
      const both = asked.use === 'both-routes';
      const plan = routeBackPlan(values, outside);
      return { command: 'route-back', plan, both, ...routeReport(values, outside), ...conduct };
    }
    case 'traceroute':
      return { command: 'traceroute', options: traceOptions(values), ...routeReport(values, outside), ...conduct };
    case 'server': {
      const { interval: intervalSeconds = defaults.intervalSeconds, daemon } = values;
      const geoip = geoipOptions(values, outside);
      const plan = serverPlan(values, outside);
      return { command: 'server', plan, intervalSeconds, geoip, ...given({ daemon }), ...conduct };
    }
  }
}

function routeReport(values: FlagValues, outside: Surroundings): RouteReport {
  return { geoip: geoipOptions(values, outside), ...given({ requireTarget: values['tr-require-target'] }) };
}

function fromCommand(values: FlagValues, outside: Surroundings): Command {
  const { from: files = [], report, json, csv } = values;
  if (report === undefined && !json && !csv) {
    throw usageError(`${labelOf('from')} needs to know what to make of it`, 'give --report FILE.html, -J or --csv');
  }
  if (files.length > 1 + limits.routesBesideTest.max) {
    const hint = `give a test and at most ${limits.routesBesideTest.max} routes`;
    throw usageError(`${labelOf('from')} has ${files.length} files`, hint);
  }
  return { command: 'from', files, output: outputPlan(values, outside) };
}

function compareCommand(values: FlagValues, outside: Surroundings): Command {
  const { compare: files = [] } = values;
  if (files.length >= 2 && files.length <= limits.compared.max) {
    return { command: 'compare', files, output: outputPlan(values, outside) };
  }
  throw usageError(
    `${labelOf('compare')} has ${files.length} file${files.length === 1 ? '' : 's'}`,
    `give ${limits.compared.min} to ${limits.compared.max}`,
  );
}

/** Bounds of what is not measured would never hold. */
function boundsOf(values: FlagValues): Bounds | undefined {
  const loadedMs = values['fail-above-latency'];
  const lostPercent = values['fail-above-loss'];
  const isDatagram = modeOf(values) === 'datagram';
  const ofLatency = (['fail-above-latency', 'latency-samples'] as const).find((name) => values[name] !== undefined);
  if (ofLatency !== undefined && isDatagram) {
    const leave = `leave ${packetFlags(values).join(' and ')} away`;
    throw usageError(
      `${labelOf(ofLatency)} is for tests that measure latency, and those of packets do not`,
      ofLatency === 'fail-above-latency' ? `give ${labelOf('fail-above-loss')}, or ${leave}` : leave,
    );
  }
  if (lostPercent !== undefined && !isDatagram) {
    throw usageError(`${labelOf('fail-above-loss')} is for tests of packets`, 'give --udp or --proto udp, too');
  }
  return givenAny({ bitsPerSecond: values['fail-below'], loadedMs, lostPercent });
}

function packetFlags({ udp, proto = 'ws' }: FlagValues): string[] {
  return [...(udp ? [labelOf('udp')] : []), ...(packetProtos.includes(proto) ? [`${labelOf('proto')} ${proto}`] : [])];
}

function outputPlan(values: FlagValues, { env }: Surroundings): OutputPlan {
  return {
    format: values.json ? 'json' : values['json-stream'] ? 'json-stream' : values.csv ? 'csv' : 'text',
    timestamps: values.timestamps ?? false,
    verbose: values.verbose ?? false,
    color: !values['no-color'] && !env.NO_COLOR,
    ...given({ unit: values.format, logfile: values.logfile, report: values.report, bounds: boundsOf(values) }),
    ...given({ latencySamples: values['latency-samples'] }),
  };
}
