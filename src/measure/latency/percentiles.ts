/** Order statistics of round trips. Pure. */

/** Milliseconds. */
export interface LatencySummary {
  readonly samples: number;
  readonly minMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * The value below which `fraction` (0 to 1) of the sorted values lie, interpolated between the two nearest (Hyndman and
 * Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7). NaN of nothing.
 */
export function quantile(sorted: readonly number[], fraction: number): number {
  const rank = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? Number.NaN;
  const above = sorted[Math.ceil(rank)] ?? Number.NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}

/** Undefined of nothing. */
export function summarize(samplesMs: readonly number[]): LatencySummary | undefined {
  if (samplesMs.length === 0) return undefined;
  const sorted = [...samplesMs].sort((a, b) => a - b);
  return {
    samples: sorted.length,
    minMs: quantile(sorted, 0),
    medianMs: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    p99Ms: quantile(sorted, 0.99),
    maxMs: quantile(sorted, 1),
  };
}

/** Mean, and the root of the mean squared deviation from it: what `ping` calls mdev. NaN of nothing. */
export function meanAndDeviation(samplesMs: readonly number[]): { readonly avgMs: number; readonly mdevMs: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const avgMs = mean(samplesMs);
  return { avgMs, mdevMs: Math.sqrt(mean(samplesMs.map((value) => (value - avgMs) ** 2))) };
}
