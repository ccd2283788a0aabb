import type { LatencySummary } from '../measure/percentiles.js';

/** Round trips in the JSON reports. */
export function latencyObject({ samples, minMs, medianMs, p95Ms, p99Ms, maxMs }: LatencySummary) {
  return { samples, min_ms: minMs, median_ms: medianMs, p95_ms: p95Ms, p99_ms: p99Ms, max_ms: maxMs };
}
