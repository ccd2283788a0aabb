import { runClientPlan } from '../../../client.js';
import { exitCode, exitCodes, stripControl } from '../../../errors.js';
import type { TestEvent } from '../../../events/load.js';
import { identity } from '../../../host/identity.js';
import { failedChecks } from '../../../measure/checks.js';
import type { Bounds, ClientPlan, OutputPlan } from '../../../plan/plan.js';
import { clientReporter } from '../output/output.js';
import { runReported } from './reported.js';

/** Runs one test, and resolves with the exit code. */
export async function runClientCommand(plan: ClientPlan, outputPlan: OutputPlan): Promise<number> {
  const asked = await withPassword(plan);
  return runReported<TestEvent>(outputPlan, async (output) => ({
    reporter: await clientReporter(outputPlan, output),
    builder: async () => {
      const { DocumentBuilder } = await import('../../../report/json/document.js');
      return new DocumentBuilder(identity, { withTrips: true });
    },
    events: (signal) => judged(runClientPlan(asked, { signal }), outputPlan.bounds),
    codeOf,
  }));
}

/** The end with what the user's bounds make of it. */
async function* judged(events: AsyncIterable<TestEvent>, bounds: Bounds | undefined): AsyncIterable<TestEvent> {
  for await (const event of events)
    yield event.type === 'end' && bounds ? { ...event, failedChecks: failedChecks(bounds, event) } : event;
}

const codesOfChecks = { rate: exitCodes.tooSlow, latency: exitCodes.tooLate, loss: exitCodes.tooLossy } as const;

/** A test that did not run to its end is no proof of anything; else the first bound that broke decides. */
function codeOf(event: TestEvent, isInterrupted: boolean): number | undefined {
  if (event.type === 'error') return exitCode(event.error.code);
  if (event.type !== 'end') return undefined;
  if (event.interrupted) return isInterrupted ? exitCodes.interrupted : exitCodes.test;
  const [failed] = event.failedChecks ?? [];
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
