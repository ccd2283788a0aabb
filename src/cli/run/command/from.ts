import { exitCodes } from '../../../errors.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { type AnyWhole, withRoutes } from '../../../report/document/read.js';
import { jsonText } from '../../../report/printable.js';
import { openOutput } from '../output/output.js';
import { writeReport } from '../output/report-file.js';
import { readAnyResult, readResult } from './results.js';

/** Reports what ran once more, and resolves with the exit code. Throws WperfError `file-failure`. */
export async function runFromCommand(files: readonly string[], plan: OutputPlan): Promise<number> {
  const result = await resultOf(files, plan);
  const output = await openOutput(plan);
  if (plan.report !== undefined) {
    const { anyPage } = await import('../../../report/html/any-page.js');
    await writeReport(plan.report, anyPage(result));
  }
  if (plan.format === 'json') output.screen.out.write(`${jsonText(result.raw, 2)}\n`);
  if (plan.format === 'csv' && result.kind === 'test') {
    const { csvOf } = await import('../../../report/csv/csv.js');
    output.screen.out.write(csvOf(result.checked));
  }
  await output.close();
  return exitCodes.success;
}

/** There are rows of tests of load alone, and routes beside them. */
async function resultOf([first = '', ...others]: readonly string[], { format }: OutputPlan): Promise<AnyWhole> {
  if (others.length === 0 && format !== 'csv') return readAnyResult('--from', first);
  let test = await readResult('--from', first);
  for (const file of others) test = withRoutes(test, await readAnyResult('--from', file), `--from '${file}'`);
  return test;
}
