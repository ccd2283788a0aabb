/** Round trips in the JSON reports. */
import type { LatencyReport, RoundTrips } from '../../measure/latency.js';
import type { LatencySummary } from '../../measure/percentiles.js';

export function latencyObject({ samples, minMs, medianMs, p95Ms, p99Ms, maxMs }: LatencySummary) {
  return { samples, min_ms: minMs, median_ms: medianMs, p95_ms: p95Ms, p99_ms: p99Ms, max_ms: maxMs };
}

export function latencyReportObject(
  { idle, loadedUp, loadedDown, bufferbloatMs, grade, rpm, source, trips }: LatencyReport,
  withTrips: boolean,
) {
  return {
    idle: idle && latencyObject(idle),
    loaded_up: loadedUp && latencyObject(loadedUp),
    loaded_down: loadedDown && latencyObject(loadedDown),
    bufferbloat_ms: bufferbloatMs,
    grade,
    rpm,
    ...(source !== undefined && { source }),
    ...(withTrips && trips && { samples: tripsObject(trips) }),
  };
}

function tripsObject({ idleMs, loaded, oneOf }: RoundTrips) {
  return {
    idle_ms: idleMs,
    loaded: loaded.map(({ atSeconds, rttMs }) => ({ seconds: atSeconds, rtt_ms: rttMs })),
    one_of: oneOf,
  };
}
