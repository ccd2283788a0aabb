import { exitCodes } from '../../../errors.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { comparisonOf } from '../../../report/compare/compare.js';
import { comparisonJson, comparisonText } from '../../../report/compare/shown.js';
import { openOutput } from '../output/output.js';
import { readResult } from './results.js';

/** Compares results with the first, and resolves with the exit code. Throws WperfError `file-failure`. */
export async function runCompareCommand(files: readonly string[], plan: OutputPlan): Promise<number> {
  const runs = [];
  for (const file of files) runs.push({ name: file, document: (await readResult('--compare', file)).checked });
  const comparison = comparisonOf(runs);
  const output = await openOutput(plan);
  const { out, columns } = output.screen;
  out.write(plan.format === 'json' ? comparisonJson(comparison) : comparisonText(comparison, columns()));
  await output.close();
  return exitCodes.success;
}
