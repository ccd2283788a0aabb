/** The file of `--report`: what cannot be written is told in a line, beside the figures that were printed. */
import { exitCodes, toWperfError } from '../../../errors.js';
import { end, openToWrite, writeFailure } from './files.js';
import type { Output } from './output.js';

/** Hears what happens, and makes a page of it. */
export interface PageReporter<E> {
  event(event: E): void;
  /** Undefined where nothing has come to an end. */
  page(): string | undefined;
}

/** Of a run that came to its end: a report that cannot be written weighs more. */
const verdicts: ReadonlySet<number> = new Set([
  ...[exitCodes.success, exitCodes.notReached],
  ...[exitCodes.tooSlow, exitCodes.tooLate, exitCodes.tooLossy],
]);

/** Resolves with the exit code, given that of the run. */
export async function writePageOf(
  reporter: Pick<PageReporter<never>, 'page'>,
  path: string,
  code: number,
  { screen }: Output,
): Promise<number> {
  try {
    const page = reporter.page();
    if (page !== undefined) await writeReport(path, page);
    return code;
  } catch (thrown) {
    screen.err.write(`wperf: error: ${toWperfError(thrown).line}\n`);
    return verdicts.has(code) ? exitCodes.local : code;
  }
}

/** Throws WperfError `file-failure`. */
export async function writeReport(path: string, page: string): Promise<void> {
  try {
    await end(await openToWrite(path, 'w'), page);
  } catch (error) {
    throw writeFailure(`--report '${path}'`, error);
  }
}
