import type { TraceOptions } from '../../../trace/options.js';
import { traceroute } from '../../../trace/traceroute.js';
import { reportTrace, type TraceCommand } from './reported-route.js';

/** Traces one route, and resolves with the exit code. Databases are opened first: nothing waits for an answer yet. */
export function runTraceCommand(options: TraceOptions, command: TraceCommand): Promise<number> {
  return reportTrace(command, async function* ({ prepare, ...tools }) {
    await prepare();
    yield* traceroute(options, tools);
  });
}
