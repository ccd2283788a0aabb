import { runClientPlan } from '../../client.js';
import { exitCode, exitCodes, stripControl } from '../../errors.js';
import type { ClientPlan, OutputPlan } from '../../plan/plan.js';
import { clientReporter, openOutput } from './output.js';
import { onInterrupt } from './signals.js';

/** Runs one test and resolves with the exit code. Ctrl-C ends it with the results so far; a second one at once. */
export async function runClientCommand(plan: ClientPlan, outputPlan: OutputPlan): Promise<number> {
  const asked = await withPassword(plan);
  const output = await openOutput(outputPlan);
  const reporter = await clientReporter(outputPlan, output);
  const stop = new AbortController();
  onInterrupt(() => stop.abort('interrupted'));
  let code: number = exitCodes.success;
  for await (const event of runClientPlan(asked, { signal: stop.signal })) {
    reporter.event(event);
    if (event.type === 'error') code = exitCode(event.error.code);
    if (event.type === 'end' && event.interrupted) code = stop.signal.aborted ? exitCodes.interrupted : exitCodes.test;
  }
  await output.close();
  return code;
}

/** Asked for where it is needed and nothing else tells it. */
async function withPassword(plan: ClientPlan): Promise<ClientPlan> {
  const login = plan.iperf3?.login;
  if (login?.password !== '') return plan;
  const { askPassword } = await import('./password.js');
  const password = await askPassword(`Password of ${stripControl(login.username)}: `);
  return { ...plan, iperf3: { ...plan.iperf3, login: { ...login, password } } };
}
