import { runPingPlan } from '../../../client.js';
import { exitCode, exitCodes } from '../../../errors.js';
import type { PingEvent } from '../../../events/ping.js';
import { identity } from '../../../host/identity.js';
import type { OutputPlan, PingPlan } from '../../../plan/plan.js';
import { pingReporter } from '../output/output.js';
import { runReported } from './reported.js';

/** Pings, and resolves with the exit code. */
export function runPingCommand(plan: PingPlan, outputPlan: OutputPlan): Promise<number> {
  return runReported<PingEvent>(outputPlan, async (output) => ({
    reporter: await pingReporter(outputPlan, output),
    builder: async () => {
      const { PingDocumentBuilder } = await import('../../../report/json/ping.js');
      return new PingDocumentBuilder(identity);
    },
    events: (signal) => runPingPlan(plan, { signal }),
    codeOf,
  }));
}

function codeOf(event: PingEvent): number | undefined {
  if (event.type === 'error') return exitCode(event.error.code);
  return event.type === 'ping-end' && event.interrupted ? exitCodes.interrupted : undefined;
}
