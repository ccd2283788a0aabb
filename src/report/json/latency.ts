/** Round trips in the JSON reports. */
import type { LatencyReport, RoundTrips } from '../../measure/latency/latency.js';
import type { LatencySummary } from '../../measure/latency/percentiles.js';

export function latencyObject({ samples, minMs, medianMs, p95Ms, p99Ms, maxMs }: LatencySummary) {
  return { samples, min_ms: minMs, median_ms: medianMs, p95_ms: p95Ms, p99_ms: p99Ms, max_ms: maxMs };
}

export function latencyReportObject(
  { idle, loadedUp, loadedDown, queueUp, queueDown, bufferbloatMs, grade, rpm, source, trips }: LatencyReport,
  withTrips: boolean,
) {
  return {
    idle: idle && latencyObject(idle),
    loaded_up: loadedUp && latencyObject(loadedUp),
    loaded_down: loadedDown && latencyObject(loadedDown),
    ...(queueUp && { queue_up: latencyObject(queueUp) }),
    ...(queueDown && { queue_down: latencyObject(queueDown) }),
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
    loaded: loaded.map(({ atSeconds, rttMs, queued }) => ({
      ...{ seconds: atSeconds, rtt_ms: rttMs },
      ...(queued && { queue_up_ms: queued.upMs, queue_down_ms: queued.downMs }),
    })),
    one_of: oneOf,
  };
}
