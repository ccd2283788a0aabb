import { runPingPlan } from '../../../client.js';
import { exitCode, exitCodes } from '../../../errors.js';
import { identity } from '../../../host/identity.js';
import type { OutputPlan, PingPlan } from '../../../plan/plan.js';
import { openOutput, pingReporter } from '../output/output.js';
import { openReport } from '../output/report-file.js';
import { onInterrupt } from '../process/signals.js';

/** Pings and resolves with the exit code. Ctrl-C ends it with the results so far; a second one at once. */
export async function runPingCommand(plan: PingPlan, outputPlan: OutputPlan): Promise<number> {
  const output = await openOutput(outputPlan);
  const reporter = await pingReporter(outputPlan, output);
  const report = await openReport(outputPlan.report, output, async () => {
    const { HtmlPingReporter } = await import('../../../report/html/ping/ping.js');
    return new HtmlPingReporter(identity);
  });
  const stop = new AbortController();
  onInterrupt(() => stop.abort('interrupted'));
  let code: number = exitCodes.success;
  for await (const event of runPingPlan(plan, { signal: stop.signal })) {
    reporter.event(event);
    report.event(event);
    if (event.type === 'error') code = exitCode(event.error.code);
    if (event.type === 'ping-end' && event.interrupted)
      code = stop.signal.aborted ? exitCodes.interrupted : exitCodes.test;
  }
  code = await report.write(code);
  await output.close();
  return code;
}
