import { runClientPlan } from '../../client.js';
import { exitCode, exitCodes } from '../../errors.js';
import type { ClientPlan, OutputPlan } from '../../plan/plan.js';
import { clientReporter, openOutput } from './output.js';
import { onInterrupt } from './signals.js';

/** Runs one test and resolves with the exit code. Ctrl-C ends it with the results so far; a second one at once. */
export async function runClientCommand(plan: ClientPlan, outputPlan: OutputPlan): Promise<number> {
  const output = await openOutput(outputPlan);
  const reporter = await clientReporter(outputPlan, output);
  const stop = new AbortController();
  onInterrupt(() => stop.abort('interrupted'));
  let code: number = exitCodes.success;
  for await (const event of runClientPlan(plan, { signal: stop.signal })) {
    reporter.event(event);
    if (event.type === 'error') code = exitCode(event.error.code);
    if (event.type === 'end' && event.interrupted) code = stop.signal.aborted ? exitCodes.interrupted : exitCodes.test;
  }
  await output.close();
  return code;
}
