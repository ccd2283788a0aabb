import { exitCode, exitCodes, toWperfError } from '../../../errors.js';
import type { GeoipOptions } from '../../../geoip/open.js';
import { given } from '../../../given.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { makeTraceReporter } from '../../../report/make-route.js';
import type { TraceReport } from '../../../report/reporter.js';
import type { TraceOptions } from '../../../trace/options.js';
import type { TraceTools } from '../../../trace/tools.js';
import { traceroute } from '../../../trace/traceroute.js';
import type { Output } from '../output/output.js';
import { openPlaces } from './places.js';
import { runReported } from './reported.js';

export interface TraceCommand {
  /** Undefined looks nothing up. */
  readonly geoip: GeoipOptions | undefined;
  readonly output: OutputPlan;
  /** A route that ends before its target has an exit code of its own. */
  readonly requireTarget?: boolean;
}

/** Traces one route, and resolves with the exit code. */
export function runTraceCommand(options: TraceOptions, command: TraceCommand): Promise<number> {
  return reportTrace(command, (tools) => traceroute(options, tools));
}

/** Reports a trace as the plan says, and resolves with the exit code. */
export function reportTrace(
  { geoip, output: outputPlan, requireTarget = false }: TraceCommand,
  trace: (tools: TraceTools) => AsyncIterable<TraceReport>,
): Promise<number> {
  return runReported<TraceReport>(outputPlan, async (output) => {
    const { annotate, close } = await toolsFor(geoip, output);
    return {
      reporter: makeTraceReporter(outputPlan.format, output.screen, { annotated: annotate !== undefined }),
      pageReporter: async () => {
        const { HtmlTraceReporter } = await import('../../../report/html/route/route.js');
        return new HtmlTraceReporter();
      },
      events: (signal) => toItsEnd(trace({ signal, ...given({ annotate }) })),
      codeOf: (event, isInterrupted) => (isInterrupted ? exitCodes.interrupted : codeOf(event, requireTarget)),
      close,
    };
  });
}

/** What a command that shows hops looks up; nothing without databases. */
export async function toolsFor(geoip: GeoipOptions | undefined, { screen }: Output) {
  const places = geoip && (await openPlaces(geoip, (line) => screen.err.write(`warning: ${line}\n`)));
  return { annotate: places && ((ip: string) => places.lookup(ip)), close: () => places?.close() };
}

/** A failure is the last event. */
async function* toItsEnd(events: AsyncIterable<TraceReport>): AsyncIterable<TraceReport> {
  try {
    yield* events;
  } catch (thrown) {
    yield { type: 'error', error: toWperfError(thrown) };
  }
}

/** The exit code that the last event of a trace stands for. */
export function codeOf(event: TraceReport, requireTarget: boolean): number {
  if (event.type === 'error') return exitCode(event.error.code);
  if (event.type !== 'trace-end') return exitCodes.success;
  if (event.reason === 'interrupted') return exitCodes.test;
  return requireTarget && event.reason !== 'target' ? exitCodes.notReached : exitCodes.success;
}
