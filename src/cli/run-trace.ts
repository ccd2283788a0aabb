import { exitCode, exitCodes, toWperfError } from '../errors.js';
import { type GeoipOptions, openGeoip } from '../geoip/open.js';
import { isStale } from '../geoip/sources.js';
import type { OutputPlan } from '../plan.js';
import { makeTraceReporter } from '../report/make-trace.js';
import type { TraceOptions } from '../trace/options.js';
import { traceroute } from '../trace/traceroute.js';
import { openOutput } from './output.js';
import { onInterrupt } from './signals.js';

/** Traces one route and resolves with the exit code. Ctrl-C ends it with the hops so far. */
export async function runTraceCommand(
  options: TraceOptions,
  geoipOptions: GeoipOptions | undefined,
  plan: OutputPlan,
): Promise<number> {
  const output = await openOutput(plan);
  const warn = (line: string) => output.screen.err.write(`warning: ${line}\n`);
  const geoip = geoipOptions && (await openPlaces(geoipOptions, warn));
  const reporter = makeTraceReporter(plan.format, output.screen, { annotated: geoip !== undefined });
  const stop = new AbortController();
  const release = onInterrupt(() => stop.abort());
  let code: number = exitCodes.success;
  try {
    const tools = { signal: stop.signal, ...(geoip && { annotate: (ip: string) => geoip.lookup(ip) }) };
    for await (const event of traceroute(options, tools)) reporter.event(event);
    if (stop.signal.aborted) code = exitCodes.interrupted;
  } catch (thrown) {
    const error = toWperfError(thrown);
    reporter.event({ type: 'error', error });
    code = exitCode(error.code);
  }
  release();
  geoip?.close();
  await output.close();
  return code;
}

/** Opens the databases, and says so when the data that comes with wperf is what there is and is old. */
async function openPlaces(options: GeoipOptions, warn: (line: string) => void) {
  const geoip = await openGeoip({ ...options, onWarning: warn });
  const [old] = geoip.sources.filter(({ date }) => isStale(date, new Date()));
  if (old) warn(`the data on countries and networks is of ${old.date}: give newer files with --geoip-db`);
  return geoip;
}
