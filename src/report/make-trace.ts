/** The reporter of a trace that an output plan asks for. */
import type { OutputPlan } from '../plan.js';
import type { Screen, TraceReporter } from './reporter.js';
import { TraceJsonReporter, TraceJsonStreamReporter } from './trace-json.js';
import { type TraceTextOptions, TraceTextReporter } from './trace-text.js';

export function makeTraceReporter(
  format: OutputPlan['format'],
  screen: Screen,
  options: TraceTextOptions,
): TraceReporter {
  if (format === 'json') return new TraceJsonReporter(screen.out);
  if (format === 'json-stream') return new TraceJsonStreamReporter(screen.out);
  return new TraceTextReporter(screen, options);
}
