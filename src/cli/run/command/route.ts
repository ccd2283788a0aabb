import { traceroute } from '../../../trace/traceroute.js';
import type { TracerouteCommand } from '../../plan/command.js';
import { reportTrace } from './reported-route.js';

/** Traces one route, and resolves with the exit code. Databases are opened first: nothing waits for an answer yet. */
export function runTraceCommand(command: TracerouteCommand): Promise<number> {
  return reportTrace(command, async function* ({ prepare, ...tools }) {
    await prepare();
    yield* traceroute(command.options, tools);
  });
}
