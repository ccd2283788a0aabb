import type { GeoipOptions } from '../geoip/open.js';
import type { OutputPlan, ReverseTracePlan } from '../plan.js';
import { makeTraceReporter } from '../report/make-trace.js';
import { reverseTrace } from '../session/client-trace.js';
import { report, withTraceTools } from './run-trace.js';

export interface RouteBackCommand {
  readonly both: boolean;
  readonly geoip: GeoipOptions | undefined;
  readonly output: OutputPlan;
}

/** Has the server trace, and resolves with the exit code. Ctrl-C ends it with the hops so far. */
export function runRouteBack(plan: ReverseTracePlan, { geoip, output: outputPlan }: RouteBackCommand): Promise<number> {
  return withTraceTools(geoip, outputPlan, (tools, output) => {
    const options = { annotated: tools.annotate !== undefined };
    return report(reverseTrace(plan, tools), makeTraceReporter(outputPlan.format, output.screen, options));
  });
}
