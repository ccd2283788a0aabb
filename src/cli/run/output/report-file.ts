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

interface ReportFile<E> {
  event(event: E): void;
  /** Resolves with the exit code, given that of the run. */
  write(code: number): Promise<number>;
}

/** @param load its reporter; of a run without `--report` it is not asked for. */
export async function openReport<E>(
  path: string | undefined,
  output: Output,
  load: () => Promise<PageReporter<E>>,
): Promise<ReportFile<E>> {
  if (path === undefined) return { event: () => {}, write: async (code) => code };
  const reporter = await load();
  const write = async () => {
    const page = reporter.page();
    if (page !== undefined) await writeReport(path, page);
  };
  return {
    event: (event) => reporter.event(event),
    write: async (code) => ((await told(output, write)) || !verdicts.has(code) ? code : exitCodes.local),
  };
}

/** Of a run that came to its end: a report that cannot be written weighs more. */
const verdicts: ReadonlySet<number> = new Set([
  ...[exitCodes.success, exitCodes.notReached],
  ...[exitCodes.tooSlow, exitCodes.tooLate, exitCodes.tooLossy],
]);

/** Throws WperfError `file-failure`. */
export async function writeReport(path: string, page: string): Promise<void> {
  try {
    await end(await openToWrite(path, 'w'), page);
  } catch (error) {
    throw writeFailure(`--report '${path}'`, error);
  }
}

async function told({ screen }: Output, write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (thrown) {
    screen.err.write(`wperf: error: ${toWperfError(thrown).line}\n`);
    return false;
  }
}
