/** The text report's lines on latency. */
import type { LatencyReport } from '../../../measure/latency/latency.js';
import type { LatencySummary } from '../../../measure/latency/percentiles.js';
import { millisecondsText } from '../format.js';

/** `Latency: idle 20.1 ms, loaded 181.4 ms (p95 199.0 ms): bufferbloat 161.3 ms, grade C, 331 RPM (TCP)`. */
export function latencyLine({ idle, loadedUp, loadedDown, bufferbloatMs, grade, rpm, source }: LatencyReport): string {
  const loaded = loadedUp ?? loadedDown;
  const parts = [
    `idle ${idle ? millisecondsText(idle.medianMs) : 'unknown'}`,
    loaded ? `loaded ${millisecondsText(loaded.medianMs)} (p95 ${millisecondsText(loaded.p95Ms)})` : 'loaded unknown',
  ];
  const verdict = [
    ...(bufferbloatMs === null ? [] : [`bufferbloat ${millisecondsText(bufferbloatMs)}, grade ${grade}`]),
    ...(rpm === null ? [] : [`${Math.round(rpm)} RPM (TCP)`]),
  ];
  const name = source === 'kernel' ? 'Latency (round trips of the streams, by the kernel)' : 'Latency';
  return `${name}: ${[parts.join(', '), ...(verdict.length > 0 ? [verdict.join(', ')] : [])].join(': ')}`;
}

/** `Queued under load: up 160.2 ms (p95 178.9 ms), down 0.3 ms (p95 1.1 ms)`; undefined where that is not known. */
export function queueLine({ queueUp, queueDown }: LatencyReport): string | undefined {
  if (!queueUp || !queueDown) return undefined;
  const queued = ({ medianMs, p95Ms }: LatencySummary) =>
    `${millisecondsText(medianMs)} (p95 ${millisecondsText(p95Ms)})`;
  return `Queued under load: up ${queued(queueUp)}, down ${queued(queueDown)}`;
}
