/** The reporters of traces that an output plan asks for. */
import type { OutputPlan } from '../plan/plan.js';
import { RoutesDocument, routesJsonStreamReporter } from './json/both-routes.js';
import { TraceDocument, traceJsonStreamReporter } from './json/route.js';
import { jsonAtEndReporter } from './json/whole.js';
import type { RoutesReporter, Screen, TraceReporter } from './reporter.js';
import { RoutesTextReporter } from './text/route/both-routes.js';
import { type TraceTextOptions, TraceTextReporter } from './text/route/route.js';

export function makeTraceReporter(
  format: OutputPlan['format'],
  screen: Screen,
  options: TraceTextOptions,
): TraceReporter {
  if (format === 'json') return jsonAtEndReporter(new TraceDocument(), screen.out);
  if (format === 'json-stream') return traceJsonStreamReporter(screen.out);
  return new TraceTextReporter(screen, options);
}

/** The same for the route there and the route back together. */
export function makeRoutesReporter(
  format: OutputPlan['format'],
  screen: Screen,
  options: TraceTextOptions,
): RoutesReporter {
  if (format === 'json') return jsonAtEndReporter(new RoutesDocument(), screen.out);
  if (format === 'json-stream') return routesJsonStreamReporter(screen.out);
  return new RoutesTextReporter(screen, options);
}
