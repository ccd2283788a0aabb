import { runReverseTracePlan } from '../../../client.js';
import { exitCodes } from '../../../errors.js';
import type { RouteEvent } from '../../../events/both-routes.js';
import { traceBothRoutes } from '../../../modes/route/both.js';
import type { OutputPlan, ReverseTracePlan } from '../../../plan/plan.js';
import { makeRoutesReporter } from '../../../report/make-route.js';
import { openReport } from '../output/report-file.js';
import { codeOf, reportTrace, type TraceCommand, type TraceReporting, withTraceTools } from './route.js';

export interface RouteBackCommand extends TraceCommand {
  readonly both: boolean;
}

/** Has the server trace, and resolves with the exit code. Ctrl-C ends it with the hops so far. */
export function runRouteBack(
  plan: ReverseTracePlan,
  { both, geoip, output, requireTarget = false }: RouteBackCommand,
): Promise<number> {
  return withTraceTools(geoip, output, (tools, opened) =>
    both
      ? reportBoth(traceBothRoutes(plan, runReverseTracePlan, tools), output, { tools, output: opened, requireTarget })
      : reportTrace(runReverseTracePlan(plan, tools), output, { tools, output: opened, requireTarget }),
  );
}

/** Where both fail, the exit code is that of the first. */
async function reportBoth(
  events: AsyncIterable<RouteEvent>,
  { format, report: path }: OutputPlan,
  { tools, output, requireTarget = false }: TraceReporting,
): Promise<number> {
  const reporter = makeRoutesReporter(format, output.screen, { annotated: tools.annotate !== undefined });
  const file = await openReport<RouteEvent>(path, output, async () => {
    const { HtmlRoutesReporter } = await import('../../../report/html/route/route.js');
    return new HtmlRoutesReporter();
  });
  let code: number = exitCodes.success;
  for await (const routeEvent of events) {
    reporter.event(routeEvent);
    file.event(routeEvent);
    code = code === exitCodes.success ? codeOf(routeEvent.event, requireTarget) : code;
  }
  reporter.end();
  return file.write(code);
}
