import { runReverseTracePlan } from '../../../client.js';
import { exitCodes, type WperfError } from '../../../errors.js';
import type { RouteEvent } from '../../../events/both-routes.js';
import { given } from '../../../given.js';
import { traceBothRoutes } from '../../../modes/route/both.js';
import type { AskRoute } from '../../../modes/route/client.js';
import type { OutputPlan, ReverseTracePlan } from '../../../plan/plan.js';
import { routesReporters } from '../../../report/make-route.js';
import type { RouteBackCommand } from '../../plan/command.js';
import type { Output } from '../output/output.js';
import { runReported } from './reported.js';
import { codeOf, placesFor, reportTrace } from './reported-route.js';

/** Has the server trace, and resolves with the exit code. */
export function runRouteBack(plan: ReverseTracePlan, command: RouteBackCommand): Promise<number> {
  return command.both ? reportBoth(plan, command) : reportTrace(command, (tools) => runReverseTracePlan(plan, tools));
}

/** Where both fail, the exit code is that of the first. */
function reportBoth(
  plan: ReverseTracePlan,
  { geoip, output: outputPlan, requireTarget = false }: RouteBackCommand,
): Promise<number> {
  let failed: number | undefined;
  return runReported<RouteEvent>(outputPlan, async (output) => {
    const { annotate, prepare, close } = placesFor(geoip, output);
    const back: AskRoute = (asked, tools) => runReverseTracePlan(asked, { ...tools, prepare });
    const make = await routesReporters(outputPlan.format);
    return {
      reporter: make(output.screen, { annotated: annotate !== undefined }),
      builder: async () => {
        const { RoutesDocument } = await import('../../../report/json/both-routes.js');
        return new RoutesDocument();
      },
      events: (signal) => traceBothRoutes(plan, back, { signal, ...given({ annotate }) }),
      codeOf: ({ event }, isInterrupted) => {
        const code = codeOf(event, requireTarget);
        if (code !== exitCodes.success) failed ??= code;
        return isInterrupted ? exitCodes.interrupted : failed;
      },
      close,
    };
  });
}

/** Of traces that have not begun: the route back is asked for first. */
export async function tellFailedRoutes(error: WperfError, { format }: OutputPlan, { screen }: Output): Promise<void> {
  const make = await routesReporters(format);
  const reporter = make(screen, { annotated: false });
  reporter.event({ direction: 'reverse', event: { type: 'error', error } });
  reporter.end?.();
}
