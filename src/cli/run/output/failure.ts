/** What fails before anything runs, told in the form of what was asked for: JSON of pings, routes and comparisons has its own keys. */
import type { WperfError } from '../../../errors.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { askedFormat } from '../../flags/asked-format.js';
import { askedUse } from '../../flags/asked-use.js';
import type { Use } from '../../flags/rows/flag.js';
import type { Command } from '../../plan/command.js';
import { clientReporter, type Output, openOutput, pingReporter } from './output.js';

/** @param command undefined where the words are no command: what they ask for is read from them alone. */
export async function tellFailure(error: WperfError, argv: readonly string[], command?: Command): Promise<void> {
  const plan = { ...plainOutput, format: formatOf(argv, command) };
  const use = command === undefined ? askedUse(argv) : useOf(command);
  const tell = (plan.format !== 'text' && ofUse[use]) || tellOfTest;
  await tell(error, plan, await openOutput(plan));
}

const plainOutput: OutputPlan = { format: 'text', timestamps: false, verbose: false, color: false };

/** There are no rows of what did not happen. */
function formatOf(argv: readonly string[], command?: Command): OutputPlan['format'] {
  const asked = command !== undefined && 'output' in command ? command.output.format : undefined;
  return asked === 'csv' ? 'text' : (asked ?? askedFormat(argv));
}

function useOf(command: Command): Use {
  switch (command.command) {
    case 'ping':
    case 'traceroute':
    case 'compare':
      return command.command;
    case 'route-back':
      return command.both ? 'both-routes' : 'route-back';
    default:
      return 'load';
  }
}

type Tell = (error: WperfError, plan: OutputPlan, output: Output) => Promise<void>;

/** All else fails as a test does. */
const ofUse: Partial<Record<Use, Tell>> = {
  ping: async (error, plan, output) => (await pingReporter(plan, output)).event({ type: 'error', error }),
  traceroute: tellOfRoute,
  'route-back': tellOfRoute,
  'both-routes': async (error, plan, output) => {
    const { tellFailedRoutes } = await import('../command/route-back.js');
    await tellFailedRoutes(error, plan, output);
  },
  compare: tellOfComparison,
};

async function tellOfTest(error: WperfError, plan: OutputPlan, output: Output): Promise<void> {
  (await clientReporter(plan, output)).event({ type: 'error', error });
}

async function tellOfRoute(error: WperfError, plan: OutputPlan, output: Output): Promise<void> {
  const { tellFailedRoute } = await import('../command/reported-route.js');
  await tellFailedRoute(error, plan, output);
}

/** It has no lines of events. */
async function tellOfComparison(error: WperfError, plan: OutputPlan, output: Output): Promise<void> {
  if (plan.format !== 'json') return tellOfTest(error, plan, output);
  const { failedComparisonJson } = await import('../../../report/compare/shown.js');
  output.screen.out.write(failedComparisonJson(error));
}
