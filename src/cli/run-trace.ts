import { exitCode, exitCodes, toWperfError } from '../errors.js';
import type { NoticeEvent } from '../events.js';
import type { GeoipOptions } from '../geoip/open.js';
import type { OutputPlan } from '../plan.js';
import { makeTraceReporter } from '../report/make-trace.js';
import type { TraceReporter } from '../report/reporter.js';
import type { TraceEvent } from '../trace/events.js';
import type { TraceOptions } from '../trace/options.js';
import { type TraceTools, traceroute } from '../trace/traceroute.js';
import { type Output, openOutput } from './output.js';
import { openPlaces } from './places.js';
import { onInterrupt } from './signals.js';

/** Traces one route and resolves with the exit code. Ctrl-C ends it with the hops so far. */
export function runTraceCommand(
  options: TraceOptions,
  geoipOptions: GeoipOptions | undefined,
  plan: OutputPlan,
): Promise<number> {
  return withTraceTools(geoipOptions, plan, (tools, output) => {
    const reporter = makeTraceReporter(plan.format, output.screen, { annotated: tools.annotate !== undefined });
    return report(traceroute(options, tools), reporter);
  });
}

/** `run` resolves with the exit code that holds unless the user interrupts. */
export async function withTraceTools(
  geoipOptions: GeoipOptions | undefined,
  plan: OutputPlan,
  run: (tools: TraceTools, output: Output) => Promise<number>,
): Promise<number> {
  const output = await openOutput(plan);
  const warn = (line: string) => output.screen.err.write(`warning: ${line}\n`);
  const geoip = geoipOptions && (await openPlaces(geoipOptions, warn));
  const stop = new AbortController();
  const release = onInterrupt(() => stop.abort());
  const tools = { signal: stop.signal, ...(geoip && { annotate: (ip: string) => geoip.lookup(ip) }) };
  const code = await run(tools, output);
  release();
  geoip?.close();
  await output.close();
  return stop.signal.aborted ? exitCodes.interrupted : code;
}

/** Reports a trace to its end or its failure, and resolves with the exit code. */
export async function report(
  events: AsyncIterable<TraceEvent | NoticeEvent>,
  reporter: TraceReporter,
): Promise<number> {
  try {
    let code: number = exitCodes.success;
    for await (const event of events) {
      reporter.event(event);
      if (event.type === 'trace-end' && event.reason === 'interrupted') code = exitCodes.test;
    }
    return code;
  } catch (thrown) {
    const error = toWperfError(thrown);
    reporter.event({ type: 'error', error });
    return exitCode(error.code);
  }
}
