import { exitCodes } from '../../errors.js';
import type { OutputPlan } from '../../plan/plan.js';
import { jsonText } from '../../report/printable.js';
import { openOutput } from './output.js';
import { writeReport } from './report-file.js';
import { readAnyResult, readResult } from './results.js';

/** Reports what ran once more, and resolves with the exit code. Throws WperfError `file-failure`. */
export async function runFromCommand(file: string, plan: OutputPlan): Promise<number> {
  // There are rows of tests of load alone.
  const result = await (plan.format === 'csv' ? readResult : readAnyResult)('--from', file);
  const output = await openOutput(plan);
  if (plan.report !== undefined) {
    const { anyPage } = await import('../../report/html/any-page.js');
    await writeReport(plan.report, anyPage(result));
  }
  if (plan.format === 'json') output.screen.out.write(`${jsonText(result.raw, 2)}\n`);
  if (plan.format === 'csv' && result.kind === 'test') {
    const { csvOf } = await import('../../report/csv/csv.js');
    output.screen.out.write(csvOf(result.checked));
  }
  await output.close();
  return exitCodes.success;
}
