/** The file of `--report`: what cannot be written is told in a line, beside the figures that were printed. */
import { exitCodes, toWperfError } from '../../../errors.js';
import { end, openToWrite, writeFailure } from './files.js';
import type { Output } from './output.js';

/** Of a run that came to its end: a report that cannot be written weighs more. */
const verdicts: ReadonlySet<number> = new Set([
  ...[exitCodes.success, exitCodes.notReached],
  ...[exitCodes.tooSlow, exitCodes.tooLate, exitCodes.tooLossy],
]);

/** `make` may have nothing to write. Resolves with the exit code, given that of the run. */
export async function writePage(
  make: () => string | undefined,
  path: string,
  code: number,
  { screen }: Output,
): Promise<number> {
  try {
    const page = make();
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
