import { runPingPlan } from '../../src/client.js';
import type { PingEvent } from '../../src/events/ping.js';
import { pingPlan } from './plans.js';

export async function collectPings(events: AsyncIterable<PingEvent>) {
  const all: PingEvent[] = [];
  for await (const event of events) all.push(event);
  const error = all.find((event) => event.type === 'error')?.error;
  return {
    all,
    start: all.find((event) => event.type === 'ping-start'),
    pongs: all.filter((event) => event.type === 'pong'),
    notices: all.flatMap((event) => (event.type === 'notice' ? [`${event.level}: ${event.text}`] : [])),
    end: all.find((event) => event.type === 'ping-end'),
    error: error && `${error.code}: ${error.line}`,
  };
}

/** Pings to this port that are interrupted after the second answer, and ones that are before the first. */
export async function interruptedPings(port: number) {
  const stop = new AbortController();
  const events: PingEvent[] = [];
  for await (const event of runPingPlan(pingPlan(port, { count: 1000, intervalSeconds: 0.2 }), {
    signal: stop.signal,
  })) {
    events.push(event);
    if (event.type === 'pong' && event.seq === 1) stop.abort();
  }
  const early = await collectPings(runPingPlan(pingPlan(port), { signal: AbortSignal.abort() }));
  return { last: events.at(-1), early: early.error };
}
