/** The reporter that an output plan asks for. */
import type { OutputPlan } from '../plan/plan.js';
import type { Identity } from './json/objects.js';
import { JsonStreamReporter } from './json/stream.js';
import { JsonReporter } from './json/test.js';
import type { Reporter, Screen } from './reporter.js';
import { TextReporter } from './text/test.js';

export interface ReporterOptions extends Identity {
  readonly output: Pick<OutputPlan, 'format' | 'unit' | 'verbose'>;
  /** Put before each line of text results, to tell apart what happens at the same time. */
  readonly prefix?: () => string;
}

export function makeReporter({ output, prefix = () => '', ...identity }: ReporterOptions, screen: Screen): Reporter {
  if (output.format === 'json') return new JsonReporter(identity, screen.out);
  if (output.format === 'json-stream') return new JsonStreamReporter(identity, screen.out);
  return new TextReporter({ ...identity, ...output, prefix }, screen);
}
