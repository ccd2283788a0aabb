/** Reporters of traces as an output plan asks for them; JSON is loaded when it is wanted. */
import type { OutputPlan } from '../plan/plan.js';
import type { Reporter, RoutesReporter, Screen, Sink, TraceReporter } from './reporter.js';
import { RoutesTextReporter } from './text/route/both-routes.js';
import { type TraceTextOptions, TraceTextReporter } from './text/route/route.js';

type Make<R> = (screen: Screen, options: TraceTextOptions) => R;

/** JSON of routes: a document that is printed at the end, and a line for each event. */
interface Json<E> {
  readonly document: () => { add(event: E): void; toJSON(): object };
  readonly stream: (out: Sink) => Reporter<E>;
}

/** What makes reporters of one route in this format. */
export function traceReporters(format: OutputPlan['format']): Promise<Make<TraceReporter>> {
  const text: Make<TraceReporter> = (screen, options) => new TraceTextReporter(screen, options);
  return reporters(format, text, async () => {
    const { TraceDocument, traceJsonStreamReporter } = await import('./json/route.js');
    return { document: () => new TraceDocument(), stream: traceJsonStreamReporter };
  });
}

/** The same of the route there and the route back together. */
export function routesReporters(format: OutputPlan['format']): Promise<Make<RoutesReporter>> {
  const text: Make<RoutesReporter> = (screen, options) => new RoutesTextReporter(screen, options);
  return reporters(format, text, async () => {
    const { RoutesDocument, routesJsonStreamReporter } = await import('./json/both-routes.js');
    return { document: () => new RoutesDocument(), stream: routesJsonStreamReporter };
  });
}

async function reporters<E>(
  format: OutputPlan['format'],
  text: Make<Reporter<E>>,
  load: () => Promise<Json<E>>,
): Promise<Make<Reporter<E>>> {
  if (format !== 'json' && format !== 'json-stream') return text;
  const [{ document, stream }, { jsonAtEndReporter }] = await Promise.all([load(), import('./json/whole.js')]);
  if (format === 'json-stream') return ({ out }) => stream(out);
  return ({ out }) => jsonAtEndReporter(document(), out);
}
