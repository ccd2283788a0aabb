/** The reporter of a `--ping` run that an output plan asks for. */

import { PingJsonReporter, PingJsonStreamReporter } from './json/ping.js';
import type { ReporterOptions } from './make.js';
import type { PingReporter, Screen } from './reporter.js';
import { PingTextReporter } from './text/ping.js';

export function makePingReporter({ output, ...identity }: ReporterOptions, screen: Screen): PingReporter {
  if (output.format === 'json') return new PingJsonReporter(identity, screen.out);
  if (output.format === 'json-stream') return new PingJsonStreamReporter(identity, screen.out);
  return new PingTextReporter(screen);
}
