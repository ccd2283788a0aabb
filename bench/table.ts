import { median, type Outcome, type Sample, total, type Usage } from './measurement.js';

const columns = [
  'what',
  'Gbit/s, median',
  'of its peers',
  'slower direction of faster',
  'CPU s/GB, client + server',
  'peak MB, client + server',
  'Gbit/s in each round',
] as const;

/** The header and a row for each measurement. */
export function tableOf(outcomes: readonly Outcome[]): readonly (readonly string[])[] {
  return [columns, ...outcomes.map((outcome) => rowOf(outcome, outcomes))];
}

function rowOf({ of: measurement, samples }: Outcome, all: readonly Outcome[]): readonly string[] {
  const peers = all.filter((other) => measurement.peers?.includes(other.of.name));
  const balance = median(samples.map(({ bitsPerSecond }) => Math.min(...bitsPerSecond) / Math.max(...bitsPerSecond)));
  const bidirectional = samples.some(({ bitsPerSecond }) => bitsPerSecond.length > 1);
  const cpu = (end: 'client' | 'server') =>
    fixed(median(samples.map((sample) => cpuSecondsPerGB(sample, sample[end]))));
  const peak = (end: 'client' | 'server') =>
    Math.round(Math.max(...samples.map((sample) => sample[end].peakBytes)) / 1e6);
  return [
    measurement.name,
    fixed(median(samples.map(total)) / 1e9),
    peers.map((peer) => `${fixed(medianRate(samples) / medianRate(peer.samples))} × ${peer.of.name}`).join('; '),
    bidirectional ? fixed(balance) : '',
    `${cpu('client')} + ${cpu('server')}`,
    `${peak('client')} + ${peak('server')}`,
    samples.map(({ bitsPerSecond }) => bitsPerSecond.map((rate) => fixed(rate / 1e9)).join('+')).join(', '),
  ];
}

export function asText(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

export function asMarkdown(table: readonly (readonly string[])[]): string {
  const lines = table.map((row) => `| ${row.join(' | ')} |`);
  lines.splice(1, 0, `|${'---|'.repeat(table[0]?.length ?? 0)}`);
  return `${lines.join('\n')}\n`;
}

function medianRate(samples: readonly Sample[]): number {
  return median(samples.map(total));
}

function cpuSecondsPerGB(sample: Sample, usage: Usage): number {
  return usage.cpuSeconds / (sample.bytes / 1e9);
}

function fixed(value: number): string {
  return value.toFixed(2);
}
