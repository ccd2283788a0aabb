/** Reporters of traces as an output plan asks for them; JSON is loaded when it is wanted. */
import type { OutputPlan } from '../plan/plan.js';
import type { RoutesReporter, Screen, TraceReporter } from './reporter.js';
import { RoutesTextReporter } from './text/route/both-routes.js';
import { type TraceTextOptions, TraceTextReporter } from './text/route/route.js';

type Make<R> = (screen: Screen, options: TraceTextOptions) => R;

/** What makes reporters of one route in this format. */
export async function traceReporters(format: OutputPlan['format']): Promise<Make<TraceReporter>> {
  if (format !== 'json' && format !== 'json-stream') {
    return (screen, options) => new TraceTextReporter(screen, options);
  }
  const [{ TraceDocument, traceJsonStreamReporter }, { jsonAtEndReporter }] = await Promise.all([
    import('./json/route.js'),
    import('./json/whole.js'),
  ]);
  if (format === 'json-stream') return ({ out }) => traceJsonStreamReporter(out);
  return ({ out }) => jsonAtEndReporter(new TraceDocument(), out);
}

/** The same of the route there and the route back together. */
export async function routesReporters(format: OutputPlan['format']): Promise<Make<RoutesReporter>> {
  if (format !== 'json' && format !== 'json-stream') {
    return (screen, options) => new RoutesTextReporter(screen, options);
  }
  const [{ RoutesDocument, routesJsonStreamReporter }, { jsonAtEndReporter }] = await Promise.all([
    import('./json/both-routes.js'),
    import('./json/whole.js'),
  ]);
  if (format === 'json-stream') return ({ out }) => routesJsonStreamReporter(out);
  return ({ out }) => jsonAtEndReporter(new RoutesDocument(), out);
}
