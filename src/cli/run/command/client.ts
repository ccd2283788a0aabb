import { runClientPlan } from '../../../client.js';
import { exitCode, exitCodes, stripControl } from '../../../errors.js';
import type { EndEvent, TestEvent } from '../../../events/load.js';
import { identity } from '../../../host/identity.js';
import { failedChecks } from '../../../measure/checks.js';
import type { Bounds, ClientPlan, OutputPlan } from '../../../plan/plan.js';
import { clientReporter, openOutput } from '../output/output.js';
import { openReport } from '../output/report-file.js';
import { onInterrupt } from '../process/signals.js';

/** Runs one test and resolves with the exit code. Ctrl-C ends it with the results so far; a second one at once. */
export async function runClientCommand(plan: ClientPlan, outputPlan: OutputPlan): Promise<number> {
  const asked = await withPassword(plan);
  const output = await openOutput(outputPlan);
  const reporter = await clientReporter(outputPlan, output);
  const report = await openReport(outputPlan.report, output, async () => {
    const { HtmlReporter } = await import('../../../report/html/load/load.js');
    return new HtmlReporter(identity);
  });
  const stop = new AbortController();
  onInterrupt(() => stop.abort('interrupted'));
  let code: number = exitCodes.success;
  for await (const happened of runClientPlan(asked, { signal: stop.signal })) {
    const event = judged(happened, outputPlan.bounds);
    reporter.event(event);
    report.event(event);
    if (event.type === 'error') code = exitCode(event.error.code);
    if (event.type === 'end') code = codeOf(event, stop.signal.aborted);
  }
  code = await report.write(code);
  await output.close();
  return code;
}

/** The end with what the user's bounds make of it. */
function judged(event: TestEvent, bounds: Bounds | undefined): TestEvent {
  return event.type === 'end' && bounds ? { ...event, failedChecks: failedChecks(bounds, event) } : event;
}

const codesOfChecks = { rate: exitCodes.tooSlow, latency: exitCodes.tooLate, loss: exitCodes.tooLossy } as const;

/** A test that did not run to its end is no proof of anything; else the first bound that broke decides. */
function codeOf({ interrupted, failedChecks: [failed] = [] }: EndEvent, aborted: boolean): number {
  if (interrupted) return aborted ? exitCodes.interrupted : exitCodes.test;
  return failed === undefined ? exitCodes.success : codesOfChecks[failed.check];
}

/** Asked for where it is needed and nothing else tells it. */
async function withPassword(plan: ClientPlan): Promise<ClientPlan> {
  const login = plan.iperf3?.login;
  if (login?.password !== '') return plan;
  const { askPassword } = await import('../process/password.js');
  const password = await askPassword(`Password of ${stripControl(login.username)}: `);
  return { ...plan, iperf3: { ...plan.iperf3, login: { ...login, password } } };
}
