/** Reporters as an output plan asks for them; each format is loaded when it is wanted. */
import type { OutputPlan } from '../plan/plan.js';
import type { Identity } from './json/common.js';
import type { PingReporter, Reporter, Screen } from './reporter.js';

interface ReporterOptions extends Identity {
  readonly output: Pick<OutputPlan, 'format' | 'unit' | 'verbose' | 'latencySamples'>;
  /** Put before each line of text results, to tell apart what happens at the same time. */
  readonly prefix?: () => string;
}

type Make<R> = (options: ReporterOptions, screen: Screen) => R;

/** What makes reporters of tests in this format. */
export async function testReporters(format: OutputPlan['format']): Promise<Make<Reporter>> {
  if (format === 'json') {
    const [{ jsonReporter }, { DocumentBuilder }] = await Promise.all([
      import('./json/whole.js'),
      import('./json/document.js'),
    ]);
    return ({ output, ...identity }, screen) =>
      jsonReporter(new DocumentBuilder(identity, tripsOf(output)), screen.out);
  }
  if (format === 'json-stream') {
    const { JsonStreamReporter } = await import('./json/stream.js');
    return ({ output, ...identity }, screen) => new JsonStreamReporter(identity, screen.out, tripsOf(output));
  }
  if (format === 'csv') {
    const { csvReporter } = await import('./csv/load.js');
    return csvReporter;
  }
  const { TextReporter } = await import('./text/load/load.js');
  return ({ output, prefix = () => '', ...identity }, screen) =>
    new TextReporter({ ...identity, ...output, prefix }, screen);
}

function tripsOf({ latencySamples = false }: ReporterOptions['output']) {
  return { withTrips: latencySamples };
}

/** What makes reporters of `--ping` in this format. */
export async function pingReporters(format: OutputPlan['format']): Promise<Make<PingReporter>> {
  if (format === 'text') {
    const { PingTextReporter } = await import('./text/ping.js');
    return (_options, screen) => new PingTextReporter(screen);
  }
  const [{ PingDocumentBuilder, pingJsonStreamReporter }, { jsonReporter }] = await Promise.all([
    import('./json/ping.js'),
    import('./json/whole.js'),
  ]);
  if (format !== 'json') return (identity, screen) => pingJsonStreamReporter(identity, screen.out);
  return (identity, screen) => jsonReporter(new PingDocumentBuilder(identity), screen.out);
}
