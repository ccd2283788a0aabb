/** What every command that measures does with what happens: it is reported as asked for, and comes to an exit code. */
import { exitCodes } from '../../../errors.js';
import type { OutputPlan } from '../../../plan/plan.js';
import type { Reporter } from '../../../report/reporter.js';
import { type Output, openOutput } from '../output/output.js';
import { type PageReporter, writePageOf } from '../output/report-file.js';
import { onInterrupt } from '../process/signals.js';

export interface Measured<E> {
  readonly reporter: Reporter<E>;
  /** Loads what writes the file of `--report`. */
  readonly pageReporter: () => Promise<PageReporter<E>>;
  /** Never throws. */
  readonly events: (signal: AbortSignal) => AsyncIterable<E>;
  /** The exit code that an event stands for; undefined of one that is none of its matter. */
  readonly codeOf: (event: E, isInterrupted: boolean) => number | undefined;
  readonly close?: () => void;
}

/** Resolves with the exit code. Ctrl-C ends it with what there is so far; a second one at once. */
export async function runReported<E>(
  plan: OutputPlan,
  begin: (output: Output) => Promise<Measured<E>>,
): Promise<number> {
  const output = await openOutput(plan);
  const { reporter, pageReporter, events, codeOf, close } = await begin(output);
  const page = plan.report === undefined ? undefined : await pageReporter();
  const stop = new AbortController();
  onInterrupt(() => stop.abort('interrupted'));
  let code: number = exitCodes.success;
  for await (const event of events(stop.signal)) {
    reporter.event(event);
    page?.event(event);
    code = codeOf(event, stop.signal.aborted) ?? code;
  }
  reporter.end?.();
  close?.();
  if (plan.report !== undefined && page) code = await writePageOf(page, plan.report, code, output);
  await output.close();
  return code;
}
