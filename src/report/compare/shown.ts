/** A comparison for people, and as JSON. */
import { stripControl, type WperfError } from '../../errors.js';
import { wayNames } from '../document/figures.js';
import { headline } from '../html/load/words.js';
import { jsonText } from '../printable.js';
import { millisecondsText, rateFigure } from '../text/format.js';
import type { Comparison, Difference, Measured, Metric, Run } from './compare.js';

const metricNames = {
  ...{ rate: 'rate', loaded_latency: 'loaded latency', queued_latency: 'queued', loss: 'loss', jitter: 'jitter' },
} as const;
const units = {
  ...{ rate: 'bits_per_second', loaded_latency: 'ms', queued_latency: 'ms', loss: 'percent', jitter: 'ms' },
} as const;

/** As tables where their figures fit into so many columns, else each difference in lines of its own. */
export function comparisonText({ runs, against, notes }: Comparison, columns = Number.POSITIVE_INFINITY): string {
  const lines = [
    ...runs.map((run, i) => `${letter(i)}: ${runText(run)}`),
    ...notes.map((note) => `note: ${stripControl(note)}`),
    ...against.flatMap(({ differences }, i) => ['', ...tableOf(letter(i + 1), differences, columns)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

function runText({ name, document }: Run): string {
  const at = document.start.timestamp;
  const time = at ? `, ${new Date(at.timemillisecs).toISOString().slice(0, 19).replace('T', ' ')} UTC` : '';
  return stripControl(`${name}: ${headline(document)}${time}`);
}

function tableOf(other: string, differences: readonly Difference[], columns: number): string[] {
  const rows = differences.map((one) => [
    `${wayNames[one.direction]}, ${metricNames[one.metric]}`,
    valueText(one.metric, one.first.value),
    valueText(one.metric, one.other.value),
    changeText(one),
    verdict(one),
  ]);
  const head = ['', 'A', other, 'difference', ''];
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => (row[i] ?? '').length)));
  const figures = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  if (figures > columns) return rows.flatMap((row) => underEachOther(other, row));
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

const GAP = '  ';

function underEachOther(other: string, [name, first, second, ...verdicts]: readonly string[]): string[] {
  const below = verdicts.filter((part) => part !== '');
  return [`${name}:`, ...[`A ${first}`, `${other} ${second}`, ...below].map((line) => `${GAP}${line}`)];
}

function valueText(metric: Metric, value: number | null): string {
  if (value === null) return 'missing';
  if (metric === 'rate') return rateFigure(value);
  return metric === 'loss' ? `${Number(value.toPrecision(3))}%` : millisecondsText(value);
}

function changeText({ metric, change, percent }: Difference): string {
  if (change === null) return '';
  const sign = change < 0 ? '-' : '+';
  const share = percent === null ? '' : ` (${sign}${Number(Math.abs(percent).toPrecision(3))}%)`;
  return `${sign}${valueText(metric, Math.abs(change))}${share}`;
}

function verdict({ metric, first, other, change, beyondSpread }: Difference): string {
  if (change === null) return '';
  if (beyondSpread === null) return 'their own spread is not known';
  const spread = (side: Measured) => valueText(metric, side.spread);
  return `${beyondSpread ? 'beyond' : 'within'} their own spread (${spread(first)}, ${spread(other)})`;
}

export function comparisonJson({ runs, against, notes }: Comparison): string {
  const document = {
    compared: runs.map(({ name, document: { title, start } }) => ({
      ...{ file: name, version: start.version, title: title ?? null },
      timemillisecs: start.timestamp?.timemillisecs ?? null,
    })),
    differences: against.flatMap(({ run, differences }) => differences.map((one) => differenceObject(run, one))),
    notes,
  };
  return `${jsonText(document, 2)}\n`;
}

/** The same document of a comparison that failed. */
export function failedComparisonJson({ line, code }: WperfError): string {
  return `${jsonText({ compared: [], differences: [], notes: [], error: line, error_code: code }, 2)}\n`;
}

function differenceObject({ name }: Run, one: Difference) {
  const { direction, metric, first, other, change, percent, beyondSpread } = one;
  return {
    ...{ file: name, direction, metric, unit: units[metric] },
    ...{ first: first.value, other: other.value, first_spread: first.spread, other_spread: other.spread },
    ...{ change, change_percent: percent, beyond_spread: beyondSpread },
  };
}
