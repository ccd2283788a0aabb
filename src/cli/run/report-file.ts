/** The file of `--report`: what cannot be written is told in a line, beside the figures that were printed. */
import { writeFile } from 'node:fs/promises';
import { toWperfError, WperfError } from '../../errors.js';
import { identity } from '../../host/identity.js';
import type { Reporter } from '../../report/reporter.js';
import type { Output } from './output.js';

export interface ReportFile extends Reporter {
  /** False where that failed, which is told. */
  write(): Promise<boolean>;
}

export async function htmlReport(path: string, output: Output): Promise<ReportFile> {
  const { HtmlReporter } = await import('../../report/html/test.js');
  const reporter = new HtmlReporter(identity);
  return {
    event: (event) => reporter.event(event),
    write: () =>
      told(output, async () => {
        const page = reporter.page();
        if (page !== undefined) await writeReport(path, page);
      }),
  };
}

/** Throws WperfError `file-failure`. */
export async function writeReport(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WperfError('file-failure', `--report '${path}' cannot be written: ${reason}`, {
      hint: 'choose a file that this user may write',
      cause,
    });
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
