import { exitCodes } from '../../errors.js';
import type { OutputPlan } from '../../plan/plan.js';
import { jsonText } from '../../report/printable.js';
import { openOutput } from './output.js';
import { writeReport } from './report-file.js';
import { readResult } from './results.js';

/** Reports a test that ran once more, and resolves with the exit code. Throws WperfError `file-failure`. */
export async function runFromCommand(file: string, plan: OutputPlan): Promise<number> {
  const result = await readResult('--from', file);
  const output = await openOutput(plan);
  if (plan.report !== undefined) {
    const { reportPage } = await import('../../report/html/page.js');
    await writeReport(plan.report, reportPage(result));
  }
  if (plan.format === 'json') output.screen.out.write(`${jsonText(result.raw, 2)}\n`);
  if (plan.format === 'csv') {
    const { csvOf } = await import('../../report/csv/csv.js');
    output.screen.out.write(csvOf(result.checked));
  }
  await output.close();
  return exitCodes.success;
}
