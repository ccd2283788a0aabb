/** What a command line asks for: argv to the plan of one command. */
import { defaults } from '../../defaults/index.js';
import type { GeoipOptions } from '../../geoip/open.js';
import { given } from '../../given.js';
import type { ClientPlan, OutputPlan, PingPlan, ReverseTracePlan, ServerPlan } from '../../plan/plan.js';
import type { TraceOptions } from '../../trace/options.js';
import { checkCombination } from '../flags/combinations.js';
import type { Shell } from '../flags/shells.js';
import type { FlagValues } from '../flags/table.js';
import type { Topic } from '../flags/topics.js';
import { readWords } from '../flags/words.js';
import { loadPlan, type Placed, pingPlan, routeBackPlan } from './client.js';
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

interface RouteReport {
  /** Undefined looks nothing up. */
  readonly geoip: GeoipOptions | undefined;
  readonly requireTarget?: boolean;
}

export type RunningCommand = Conduct &
  (
    | { readonly command: 'client'; readonly plan: Placed<ClientPlan> }
    | { readonly command: 'ping'; readonly plan: Placed<PingPlan> }
    | ({
        readonly command: 'route-back';
        readonly plan: Placed<ReverseTracePlan>;
        /** Shows the route there beside it. */
        readonly both: boolean;
      } & RouteReport)
    | ({ readonly command: 'traceroute'; readonly options: TraceOptions } & RouteReport)
    | {
        readonly command: 'server';
        readonly plan: ServerPlan;
        /** 0 is no interval reports. */
        readonly intervalSeconds: number;
        /** For clients of the original wperf, which look nothing up. */
        readonly geoip: GeoipOptions | undefined;
        /** Serves in the background. */
        readonly daemon?: boolean;
      }
  );

export type Command =
  | { readonly command: 'help'; readonly topic: Topic }
  | { readonly command: 'completion'; readonly shell: Shell }
  /** No mode was given. */
  | { readonly command: 'usage' }
  | { readonly command: 'version'; readonly verbose: boolean }
  | RunningCommand;

/**
 * @param argv the words after the program's name.
 * @throws WperfError 'usage', or 'file-failure' for a file that cannot be used.
 */
export function parseCommand(argv: readonly string[], outside: Surroundings): Command {
  const { values, notes } = readWords(argv);
  if (values.help) return { command: 'help', topic: values.help };
  if (values.completion) return { command: 'completion', shell: values.completion };
  if (values.version) return { command: 'version', verbose: values.verbose ?? false };
  const settled = withSettings(values, outside);
  return namingFile(settled, () => commandOf(settled.values, notes, outside));
}

function commandOf(values: FlagValues, notes: readonly string[], outside: Surroundings): Command {
  const asked = checkCombination(values);
  if (asked === undefined) return { command: 'usage' };
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

function outputPlan(values: FlagValues, { env }: Surroundings): OutputPlan {
  return {
    format: values.json ? 'json' : values['json-stream'] ? 'json-stream' : 'text',
    timestamps: values.timestamps ?? false,
    verbose: values.verbose ?? false,
    color: !values['no-color'] && !env.NO_COLOR,
    ...given({ unit: values.format, logfile: values.logfile }),
  };
}
