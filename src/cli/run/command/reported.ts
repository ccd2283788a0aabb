/** What every command that measures does with what happens: it is reported as asked for, and comes to an exit code. */
import { exitCodes } from '../../../errors.js';
import type { OutputPlan } from '../../../plan/plan.js';
import type { Builder } from '../../../report/html/reporter.js';
import type { Reporter } from '../../../report/reporter.js';
import { type Output, openOutput } from '../output/output.js';
import { writePage } from '../output/report-file.js';
import { onInterrupt } from '../process/signals.js';

export interface Measured<E> {
  readonly reporter: Reporter<E>;
  /** Loads what makes the document of it, for `--report`. */
  readonly builder: () => Promise<Builder<E>>;
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
  const { reporter, builder, events, codeOf, close } = await begin(output);
  const html = plan.report === undefined ? undefined : await htmlReporterOf(builder);
  const stop = new AbortController();
  onInterrupt(() => stop.abort('interrupted'));
  let code: number = exitCodes.success;
  for await (const event of events(stop.signal)) {
    reporter.event(event);
    html?.event(event);
    code = codeOf(event, stop.signal.aborted) ?? code;
  }
  reporter.end?.();
  close?.();
  if (plan.report !== undefined && html) code = await writePage(html.page, plan.report, code, output);
  await output.close();
  return code;
}

async function htmlReporterOf<E>(builder: () => Promise<Builder<E>>) {
  const [{ htmlReporter }, made] = await Promise.all([import('../../../report/html/reporter.js'), builder()]);
  return htmlReporter(made);
}
