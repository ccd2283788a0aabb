import { runReverseTracePlan } from '../../client.js';
import { exitCodes } from '../../errors.js';
import type { RouteEvent } from '../../events/both-routes.js';
import type { GeoipOptions } from '../../geoip/open.js';
import { traceBothRoutes } from '../../modes/route/both.js';
import type { OutputPlan, ReverseTracePlan } from '../../plan/plan.js';
import { makeRoutesReporter, makeTraceReporter } from '../../report/make-trace.js';
import type { RoutesReporter } from '../../report/routes.js';
import { codeOf, report, withTraceTools } from './route.js';

export interface RouteBackCommand {
  readonly both: boolean;
  readonly geoip: GeoipOptions | undefined;
  readonly output: OutputPlan;
}

/** Has the server trace, and resolves with the exit code. Ctrl-C ends it with the hops so far. */
export function runRouteBack(
  plan: ReverseTracePlan,
  { both, geoip, output: { format }, output: outputPlan }: RouteBackCommand,
): Promise<number> {
  return withTraceTools(geoip, outputPlan, (tools, { screen }) => {
    const options = { annotated: tools.annotate !== undefined };
    return both
      ? reportBoth(traceBothRoutes(plan, runReverseTracePlan, tools), makeRoutesReporter(format, screen, options))
      : report(runReverseTracePlan(plan, tools), makeTraceReporter(format, screen, options));
  });
}

/** Where both fail, the exit code is that of the first. */
async function reportBoth(events: AsyncIterable<RouteEvent>, reporter: RoutesReporter): Promise<number> {
  let code: number = exitCodes.success;
  for await (const routeEvent of events) {
    reporter.event(routeEvent);
    code = code === exitCodes.success ? codeOf(routeEvent.event) : code;
  }
  reporter.end();
  return code;
}
