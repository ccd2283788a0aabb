/** What commands that trace a route do with it: it is reported as asked for, with places, and comes to an exit code. */
import { exitCode, exitCodes, toWperfError, type WperfError } from '../../../errors.js';
import type { Geoip, GeoipOptions } from '../../../geoip/open.js';
import { given } from '../../../given.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { traceReporters } from '../../../report/make-route.js';
import type { TraceReport } from '../../../report/reporter.js';
import type { TraceTools } from '../../../trace/tools.js';
import type { Conduct, RouteReport } from '../../plan/command.js';
import type { Output } from '../output/output.js';
import { runReported } from './reported.js';

/** Reports a trace as the plan says, and resolves with the exit code. */
export function reportTrace(
  { geoip, output: outputPlan, requireTarget = false }: Conduct & RouteReport,
  trace: (tools: TraceTools & Pick<Places, 'prepare'>) => AsyncIterable<TraceReport>,
): Promise<number> {
  return runReported<TraceReport>(outputPlan, async (output) => {
    const { annotate, prepare, close } = placesFor(geoip, output);
    const make = await traceReporters(outputPlan.format);
    return {
      reporter: make(output.screen, { annotated: annotate !== undefined }),
      builder: async () => {
        const { TraceDocument } = await import('../../../report/json/route.js');
        return new TraceDocument();
      },
      events: (signal) => toItsEnd(trace({ signal, prepare, ...given({ annotate }) })),
      codeOf: (event, isInterrupted) => (isInterrupted ? exitCodes.interrupted : codeOf(event, requireTarget)),
      close,
    };
  });
}

/** Of a trace that has not begun. */
export async function tellFailedRoute(error: WperfError, { format }: OutputPlan, { screen }: Output): Promise<void> {
  const make = await traceReporters(format);
  const reporter = make(screen, { annotated: false });
  reporter.event({ type: 'error', error });
  reporter.end?.();
}

/** What a command that shows hops looks up. */
export interface Places extends Pick<TraceTools, 'annotate'> {
  /** Opens the databases; nothing is known of an address before. Rejects with WperfError `file-failure`. */
  readonly prepare: () => Promise<void>;
  readonly close: () => void;
}

/** Nothing is looked up without databases. */
export function placesFor(options: GeoipOptions | undefined, { screen }: Output): Places {
  if (options === undefined) return { prepare: async () => {}, close: () => {} };
  let geoip: Geoip | undefined;
  return {
    annotate: (ip) => geoip?.lookup(ip) ?? {},
    prepare: async () => {
      const { openPlaces } = await import('./places.js');
      geoip = await openPlaces(options, (line) => screen.err.write(`warning: ${line}\n`));
    },
    close: () => geoip?.close(),
  };
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
