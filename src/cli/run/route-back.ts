import { runReverseTracePlan } from '../../client.js';
import { exitCodes } from '../../errors.js';
import type { RouteEvent } from '../../events/both-routes.js';
import { traceBothRoutes } from '../../modes/route/both.js';
import type { ReverseTracePlan } from '../../plan/plan.js';
import { makeRoutesReporter, makeTraceReporter } from '../../report/make-trace.js';
import type { RoutesReporter } from '../../report/routes.js';
import { codeOf, report, type TraceCommand, withTraceTools } from './route.js';

export interface RouteBackCommand extends TraceCommand {
  readonly both: boolean;
}

/** Has the server trace, and resolves with the exit code. Ctrl-C ends it with the hops so far. */
export function runRouteBack(
  plan: ReverseTracePlan,
  { both, geoip, output, requireTarget = false }: RouteBackCommand,
): Promise<number> {
  const { format } = output;
  return withTraceTools(geoip, output, (tools, { screen }) => {
    const options = { annotated: tools.annotate !== undefined };
    return both
      ? reportBoth(
          traceBothRoutes(plan, runReverseTracePlan, tools),
          makeRoutesReporter(format, screen, options),
          requireTarget,
        )
      : report(runReverseTracePlan(plan, tools), makeTraceReporter(format, screen, options), requireTarget);
  });
}

/** Where both fail, the exit code is that of the first. */
async function reportBoth(
  events: AsyncIterable<RouteEvent>,
  reporter: RoutesReporter,
  requireTarget: boolean,
): Promise<number> {
  let code: number = exitCodes.success;
  for await (const routeEvent of events) {
    reporter.event(routeEvent);
    code = code === exitCodes.success ? codeOf(routeEvent.event, requireTarget) : code;
  }
  reporter.end();
  return code;
}
