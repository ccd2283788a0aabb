/** How results differ from the first of them, beside how much each of them varied by itself. Pure. */
import { meanAndDeviation } from '../../measure/latency/percentiles.js';
import type { Direction } from '../../plan/plan.js';
import type { Summary } from '../document/fields.js';
import { type DirectionFigures, figuresOf, isDatagram } from '../document/figures.js';
import type { Row, TestDocument } from '../document/shape.js';
import { lengthText, type SimulatedConditions, simulationText } from '../html/load/words.js';
import { rateFigure } from '../text/format.js';

export interface Run {
  /** The file, as the user named it. */
  readonly name: string;
  readonly document: TestDocument;
}

export type Metric = 'rate' | 'loaded_latency' | 'queued_latency' | 'loss' | 'jitter';

export interface Measured {
  /** Bits a second, milliseconds or percent; null is missing. */
  readonly value: number | null;
  /** In the same unit; null where there is too little to tell. */
  readonly spread: number | null;
}

export interface Difference {
  readonly direction: Direction;
  readonly metric: Metric;
  readonly first: Measured;
  readonly other: Measured;
  /** Of the other less the first. */
  readonly change: number | null;
  /** Of the first; null where that is 0. */
  readonly percent: number | null;
  /** The change is more than both spreads together; null where one of these is not known. */
  readonly beyondSpread: boolean | null;
}

export interface Comparison {
  readonly runs: readonly Run[];
  /** One for each run but the first. */
  readonly against: readonly { readonly run: Run; readonly differences: readonly Difference[] }[];
  /** Why the figures may not be comparable, a line each. */
  readonly notes: readonly string[];
}

/** An interval's share of the longest below which it varies for being short. */
const SHORT = 0.5;
/** Fewer intervals tell nothing of their spread. */
const LEAST_INTERVALS = 3;

export function comparisonOf(runs: readonly Run[]): Comparison {
  const [first, ...others] = runs;
  if (first === undefined) return { runs, against: [], notes: [] };
  return {
    runs,
    against: others.map((run) => ({ run, differences: differencesOf(first.document, run.document) })),
    notes: notesOf(runs),
  };
}

function differencesOf(first: TestDocument, other: TestDocument): Difference[] {
  const [before, after] = [figuresOf(first), figuresOf(other)];
  const packets = isDatagram(first) || isDatagram(other);
  // One way the loaded latency says as much.
  const bothWays = before.length > 1 && after.length > 1;
  const metrics: Metric[] = [
    ...(['rate', 'loaded_latency'] as const),
    ...(bothWays ? (['queued_latency'] as const) : []),
    ...(packets ? (['loss', 'jitter'] as const) : []),
  ];
  return (['up', 'down'] as const).flatMap((direction) => {
    const [a, b] = [before, after].map((all) => all.find((each) => each.direction === direction));
    if (a === undefined && b === undefined) return [];
    const all = metrics.map((metric) => differenceOf(direction, metric, measured(a, metric), measured(b, metric)));
    return all.filter((one) => one.metric === 'rate' || one.first.value !== null || one.other.value !== null);
  });
}

function differenceOf(direction: Direction, metric: Metric, first: Measured, other: Measured): Difference {
  const known = first.value !== null && other.value !== null;
  const change = known ? (other.value ?? 0) - (first.value ?? 0) : null;
  const spread = first.spread === null || other.spread === null ? null : first.spread + other.spread;
  return {
    ...{ direction, metric, first, other, change },
    percent: change === null || !first.value ? null : (100 * change) / first.value,
    beyondSpread: change === null || spread === null ? null : Math.abs(change) > spread,
  };
}

function measured(figures: DirectionFigures | undefined, metric: Metric): Measured {
  if (figures === undefined) return { value: null, spread: null };
  const { received, loaded, queued, intervals } = figures;
  if (metric === 'loaded_latency') return latencyOf(loaded);
  if (metric === 'queued_latency') return latencyOf(queued);
  const pick = picks[metric];
  return { value: (received && pick(received)) ?? null, spread: spreadOf(intervals, pick) };
}

/** Round trips are skewed, and have no intervals: how far the slow ones lie above the middle. */
function latencyOf(summary: Summary | undefined): Measured {
  return { value: summary?.median_ms ?? null, spread: summary ? summary.p95_ms - summary.median_ms : null };
}

const picks: Record<'rate' | 'loss' | 'jitter', (row: Row) => number | undefined> = {
  rate: (row) => row.bits_per_second,
  loss: (row) => row.lost_percent,
  jitter: (row) => row.jitter_ms,
};

/** Standard deviation over the intervals. */
function spreadOf(intervals: readonly Row[], pick: (row: Row) => number | undefined): number | null {
  const length = ({ start = 0, end = 0 }: Row) => end - start;
  const longest = intervals.reduce((most, row) => Math.max(most, length(row)), 0);
  const values = intervals.filter((row) => length(row) > SHORT * longest).flatMap((row) => pick(row) ?? []);
  return values.length < LEAST_INTERVALS ? null : meanAndDeviation(values).mdevMs;
}

function notesOf(runs: readonly Run[]): string[] {
  const failed = runs.filter(({ document }) => document.error !== undefined);
  const cut = runs.filter(({ document }) => document.end.interrupted && document.error === undefined);
  return [
    ...failed.map(({ name, document }) => `${name}: the test failed: ${document.error}`),
    ...cut.map(({ name }) => `${name}: the test was ended before its time`),
    ...settings.flatMap(([name, pick]) => {
      const values = runs.map(({ document }) => String(pick(document) ?? 'unknown'));
      return new Set(values).size > 1 ? [`the tests differ in ${name}: ${values.join(', ')}`] : [];
    }),
  ];
}

const settings: readonly (readonly [string, (document: TestDocument) => string | number | undefined])[] = [
  ['server', ({ start }) => start.connecting_to?.host],
  ['proxy', ({ start }) => start.proxy ?? 'none'],
  ['transport', ({ start }) => `${start.transport ?? 'unknown'}${start.secure ? ' over TLS' : ''}`],
  ['kind', ({ start }) => start.test_start && (start.test_start.protocol === 'UDP' ? 'packets' : 'throughput')],
  ['streams', ({ start }) => start.test_start?.num_streams],
  ['length', ({ start }) => start.test_start && lengthText(start.test_start)],
  ['seconds left out', ({ start }) => start.test_start?.omit],
  ['block size', ({ start }) => start.test_start?.blksize],
  ['rate asked for', ({ start }) => start.test_start && rateText(start.test_start.target_bitrate)],
  ['interval', ({ start }) => start.test_start?.interval],
  ['simulated conditions', ({ start }) => conditionsText(start.simulation?.configured)],
];

/** Without the seed, which chooses what they fall on. */
function conditionsText({ seed, ...conditions }: SimulatedConditions = {}): string {
  return simulationText(conditions).replaceAll(', ', ' and ') || 'none';
}

function rateText(bitsPerSecond: number): string {
  return bitsPerSecond > 0 ? rateFigure(bitsPerSecond) : 'none';
}
