import { exitCode, exitCodes, toWperfError } from '../../../errors.js';
import type { NoticeEvent } from '../../../events/load.js';
import type { TraceEvent } from '../../../events/route.js';
import type { GeoipOptions } from '../../../geoip/open.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { makeTraceReporter } from '../../../report/make-route.js';
import type { TraceReport, TraceReporter } from '../../../report/reporter.js';
import type { TraceOptions } from '../../../trace/options.js';
import type { TraceTools } from '../../../trace/tools.js';
import { traceroute } from '../../../trace/traceroute.js';
import { type Output, openOutput } from '../output/output.js';
import { openReport } from '../output/report-file.js';
import { onInterrupt } from '../process/signals.js';
import { openPlaces } from './places.js';

export interface TraceCommand {
  /** Undefined looks nothing up. */
  readonly geoip: GeoipOptions | undefined;
  readonly output: OutputPlan;
  /** A route that ends before its target has an exit code of its own. */
  readonly requireTarget?: boolean;
}

/** Traces one route and resolves with the exit code. Ctrl-C ends it with the hops so far. */
export function runTraceCommand(
  options: TraceOptions,
  { geoip, output: plan, requireTarget }: TraceCommand,
): Promise<number> {
  return withTraceTools(geoip, plan, (tools, output) =>
    reportTrace(traceroute(options, tools), plan, { tools, output, requireTarget }),
  );
}

export interface TraceReporting {
  readonly tools: TraceTools;
  readonly output: Output;
  readonly requireTarget: boolean | undefined;
}

/** Reports a trace as the plan says, into the file of `--report` too, and resolves with the exit code. */
export async function reportTrace(
  events: AsyncIterable<TraceEvent | NoticeEvent>,
  { format, report: path }: OutputPlan,
  { tools, output, requireTarget }: TraceReporting,
): Promise<number> {
  const reporter = makeTraceReporter(format, output.screen, { annotated: tools.annotate !== undefined });
  const file = await openReport<TraceReport>(path, output, async () => {
    const { HtmlTraceReporter } = await import('../../../report/html/route/route.js');
    return new HtmlTraceReporter();
  });
  const both = {
    event: (event: TraceReport) => {
      reporter.event(event);
      file.event(event);
    },
  };
  return file.write(await report(events, both, requireTarget));
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
  onInterrupt(() => stop.abort());
  const tools = { signal: stop.signal, ...(geoip && { annotate: (ip: string) => geoip.lookup(ip) }) };
  const code = await run(tools, output);
  geoip?.close();
  await output.close();
  return stop.signal.aborted ? exitCodes.interrupted : code;
}

/** Reports a trace to its end or its failure, and resolves with the exit code. */
async function report(
  events: AsyncIterable<TraceEvent | NoticeEvent>,
  reporter: TraceReporter,
  requireTarget = false,
): Promise<number> {
  let code: number = exitCodes.success;
  const take = (event: TraceReport) => {
    reporter.event(event);
    code = codeOf(event, requireTarget);
  };
  try {
    for await (const event of events) take(event);
  } catch (thrown) {
    take({ type: 'error', error: toWperfError(thrown) });
  }
  return code;
}

/** The exit code that the last event of a trace stands for. */
export function codeOf(event: TraceReport, requireTarget: boolean): number {
  if (event.type === 'error') return exitCode(event.error.code);
  if (event.type !== 'trace-end') return exitCodes.success;
  if (event.reason === 'interrupted') return exitCodes.test;
  return requireTarget && event.reason !== 'target' ? exitCodes.notReached : exitCodes.success;
}
