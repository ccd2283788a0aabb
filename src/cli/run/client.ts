import { runClientPlan } from '../../client.js';
import { exitCode, exitCodes, stripControl } from '../../errors.js';
import type { EndEvent, TestEvent } from '../../events/test.js';
import { failedChecks } from '../../measure/checks.js';
import type { Bounds, ClientPlan, OutputPlan } from '../../plan/plan.js';
import { clientReporter, openOutput } from './output.js';
import { htmlReport } from './report-file.js';
import { onInterrupt } from './signals.js';

/** Runs one test and resolves with the exit code. Ctrl-C ends it with the results so far; a second one at once. */
export async function runClientCommand(plan: ClientPlan, outputPlan: OutputPlan): Promise<number> {
  const asked = await withPassword(plan);
  const output = await openOutput(outputPlan);
  const reporter = await clientReporter(outputPlan, output);
  const report = outputPlan.report === undefined ? undefined : await htmlReport(outputPlan.report, output);
  const stop = new AbortController();
  onInterrupt(() => stop.abort('interrupted'));
  let code: number = exitCodes.success;
  for await (const happened of runClientPlan(asked, { signal: stop.signal })) {
    const event = judged(happened, outputPlan.bounds);
    reporter.event(event);
    report?.event(event);
    if (event.type === 'error') code = exitCode(event.error.code);
    if (event.type === 'end') code = codeOf(event, stop.signal.aborted);
  }
  const written = (await report?.write()) ?? true;
  await output.close();
  return written || !isVerdict(code) ? code : exitCodes.local;
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

/** Of a test that ran: a report that cannot be written weighs more. */
function isVerdict(code: number): boolean {
  return code === exitCodes.success || Object.values<number>(codesOfChecks).includes(code);
}

/** Asked for where it is needed and nothing else tells it. */
async function withPassword(plan: ClientPlan): Promise<ClientPlan> {
  const login = plan.iperf3?.login;
  if (login?.password !== '') return plan;
  const { askPassword } = await import('./password.js');
  const password = await askPassword(`Password of ${stripControl(login.username)}: `);
  return { ...plan, iperf3: { ...plan.iperf3, login: { ...login, password } } };
}
