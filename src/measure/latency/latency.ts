/** What a test did to the latency of its path. Pure; docs/methodology.md publishes the grades and says what each means. */
import type { TestDirection } from '../../plan/plan.js';
import { type LatencySummary, quantile, summarize } from './percentiles.js';
import type { QueueReport } from './queues.js';

export const grades = ['A+', 'A', 'B', 'C', 'D', 'F'] as const;
export type LatencyGrade = (typeof grades)[number];

/** A grade holds for bufferbloat below its figure, in milliseconds; F is the rest. */
const gradeBelowMs: readonly (readonly [LatencyGrade, number])[] = [
  ['A+', 5],
  ['A', 30],
  ['B', 60],
  ['C', 200],
  ['D', 400],
];

interface LatencySamples {
  /** Round trips before the load. */
  readonly idleMs: readonly number[];
  /** Round trips of pings sent under load. */
  readonly loadedMs: readonly number[];
  /** How long each ping sent under load had been out when the test ended without its answer. */
  readonly unansweredMs: readonly number[];
}

/**
 * Null where there were no samples. In a test both ways each loaded figure is that of both loads together; how long each
 * way's queue was is told besides, where the far end tells its clock.
 */
export interface LatencyReport extends QueueReport {
  readonly idle: LatencySummary | null;
  readonly loadedUp: LatencySummary | null;
  readonly loadedDown: LatencySummary | null;
  /** Loaded median less idle median, not below 0. */
  readonly bufferbloatMs: number | null;
  readonly grade: LatencyGrade | null;
  /** Round trips per minute under load: 60,000 over the loaded median in milliseconds. */
  readonly rpm: number | null;
  /** Round trips are the kernel's own of the streams that this end sends, smoothed; else pings beside them. */
  readonly source?: 'kernel';
  /** One by one. */
  readonly trips?: RoundTrips;
}

export interface RoundTrips {
  readonly idleMs: readonly number[];
  readonly loaded: readonly LoadedTrip[];
  /** One of so many of those under load is here. */
  readonly oneOf: number;
}

export interface LoadedTrip {
  /** When it was sent: seconds since the part of the test began that counts. */
  readonly atSeconds: number;
  /** Null had no answer when the test ended. */
  readonly rttMs: number | null;
  /** What each way's queue had of it, where the far end tells its clock. */
  readonly queued?: { readonly upMs: number; readonly downMs: number };
}

/** At most so many of them, evenly chosen. */
export function thinnedTrips(trips: readonly LoadedTrip[], most: number): Omit<RoundTrips, 'idleMs'> {
  const oneOf = Math.max(1, Math.ceil(trips.length / most));
  return { loaded: trips.filter((_, i) => i % oneOf === 0), oneOf };
}

/** The median of the last second; on a path that stalls, the age of the ping that has waited longest. */
export function latencyNow(loadedMs: readonly number[], oldestMs: number): number | undefined {
  const last = loadedMs.slice(-LIVE_SAMPLES).sort((a, b) => a - b);
  if (last.length === 0) return oldestMs > 0 ? oldestMs : undefined;
  return Math.max(quantile(last, 0.5), oldestMs);
}

/** One goes each 0.1 s. */
const LIVE_SAMPLES = 10;

export function latencyReport(direction: TestDirection, samples: LatencySamples): LatencyReport {
  const idle = summarize(samples.idleMs) ?? null;
  const loaded = summarize(loadedSamples(samples)) ?? null;
  const bufferbloatMs = idle && loaded && Math.max(0, loaded.medianMs - idle.medianMs);
  return {
    idle,
    loadedUp: direction === 'down' ? null : loaded,
    loadedDown: direction === 'up' ? null : loaded,
    bufferbloatMs,
    grade: bufferbloatMs === null ? null : gradeOf(bufferbloatMs),
    rpm: loaded && 60_000 / loaded.medianMs,
  };
}

/** What holds where load arrived in these directions only: nothing was under load that carried none. */
export function latencyUnder(loads: readonly ('up' | 'down')[], report: LatencyReport): LatencyReport {
  const loadedUp = loads.includes('up') ? report.loadedUp : null;
  const loadedDown = loads.includes('down') ? report.loadedDown : null;
  if (loadedUp !== null || loadedDown !== null) return { ...report, loadedUp, loadedDown };
  const { queueUp: _up, queueDown: _down, trips, ...rest } = report;
  const none = { loadedUp, loadedDown, bufferbloatMs: null, grade: null, rpm: null };
  return { ...rest, ...none, ...(trips && { trips: { ...trips, loaded: [] } }) };
}

export function gradeOf(bufferbloatMs: number): LatencyGrade {
  return gradeBelowMs.find(([, limitMs]) => bufferbloatMs < limitMs)?.[0] ?? 'F';
}

/**
 * A ping without an answer has taken at least its age. Where that is more than the median of the others it counts so:
 * else a path that stalls would be judged by the pings before the stall.
 */
function loadedSamples({ loadedMs, unansweredMs }: LatencySamples): readonly number[] {
  const sorted = [...loadedMs].sort((a, b) => a - b);
  const median = sorted.length === 0 ? 0 : quantile(sorted, 0.5);
  return [...loadedMs, ...unansweredMs.filter((ageMs) => ageMs > median)];
}
