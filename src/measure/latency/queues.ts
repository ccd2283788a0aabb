/**
 * How long each way kept pings waiting, of round trips whose answers tell the far end's clock. The two clocks need not
 * agree: only what changes from one round trip to the next is used. Pure; docs/methodology.md says how far it holds.
 */
import { type LatencySummary, summarize } from './percentiles.js';

/** Of one round trip, in milliseconds: by this end's clock, and in between by the far one's. */
export interface RoundTripMoments {
  readonly sentMs: number;
  readonly farMs: number;
  readonly arrivedMs: number;
}

/** Milliseconds beyond the fastest. Together they are what the round trip took beyond the fastest one. */
export interface Queued {
  readonly sentMs: number;
  readonly upMs: number;
  readonly downMs: number;
}

export interface QueueReport {
  readonly queueUp?: LatencySummary;
  readonly queueDown?: LatencySummary;
}

/**
 * A wait is neither less than nothing nor more than its round trip has of it. Where the clocks have drifted apart so far
 * that it would be, the fastest way up is taken to have changed, from there on.
 *
 * @param trips in the order of their answers.
 */
export function queuesOf(trips: readonly RoundTripMoments[]): Queued[] {
  const fastest = trips.reduce((best, each) => (roundTripMs(each) < roundTripMs(best) ? each : best), trips[0] ?? NONE);
  let fastestUpMs = fastest.farMs - fastest.sentMs;
  return trips.map((trip) => {
    const upMs = trip.farMs - trip.sentMs;
    const queuedMs = roundTripMs(trip) - roundTripMs(fastest);
    const queuedUpMs = Math.min(Math.max(upMs - fastestUpMs, 0), queuedMs);
    fastestUpMs = upMs - queuedUpMs;
    return { sentMs: trip.sentMs, upMs: queuedUpMs, downMs: queuedMs - queuedUpMs };
  });
}

/** Empty where no answer told the far clock. */
export function queueReport(queued: readonly Queued[]): QueueReport {
  const [up, down] = [queued.map(({ upMs }) => upMs), queued.map(({ downMs }) => downMs)].map(summarize);
  return { ...(up && { queueUp: up }), ...(down && { queueDown: down }) };
}

const NONE: RoundTripMoments = { sentMs: 0, farMs: 0, arrivedMs: 0 };

function roundTripMs({ sentMs, arrivedMs }: RoundTripMoments): number {
  return arrivedMs - sentMs;
}
