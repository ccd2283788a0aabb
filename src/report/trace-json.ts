/** A trace as JSON: one document `{start, hops, end}`, or one line an event. The schema is docs/trace.schema.json. */
import type { TraceEnd, TraceEvent, TraceHop, TraceStart } from '../trace/events.js';
import type { HopAddress } from '../trace/hop.js';

/** Writes one document when the trace has ended; an error elsewhere leaves it to `traceDocument`. */
export function traceJsonReporter(write: (text: string) => void) {
  const events: TraceEvent[] = [];
  return (event: TraceEvent): void => {
    events.push(event);
    if (event.type === 'trace-end') write(JSON.stringify(traceDocument(events), null, 2));
  };
}

/** Writes each event as one line `{"event": "start" | "hop" | "end", "data": {...}}`. */
export function traceJsonStreamReporter(write: (line: string) => void) {
  return (event: TraceEvent): void => write(JSON.stringify(traceLine(event)));
}

/** The document of the events so far; `start` and `end` are null until they have happened. */
export function traceDocument(events: readonly TraceEvent[]) {
  const start = events.find((event) => event.type === 'trace-start');
  const end = events.find((event) => event.type === 'trace-end');
  const hops = events.filter((event) => event.type === 'trace-hop');
  const isLimited = (hop: TraceHop) => end?.rateLimitedTtls.includes(hop.ttl) ?? hop.rateLimited;
  return {
    start: start === undefined ? null : startJson(start),
    hops: hops.map((hop) => hopJson({ ...hop, rateLimited: isLimited(hop) })),
    end: end === undefined ? null : endJson(end),
  };
}

function traceLine(event: TraceEvent) {
  switch (event.type) {
    case 'trace-start':
      return { event: 'start', data: startJson(event) };
    case 'trace-hop':
      return { event: 'hop', data: hopJson(event) };
    case 'trace-end':
      return { event: 'end', data: endJson(event) };
  }
}

function startJson(start: TraceStart) {
  return {
    timestamp: { time: new Date(start.wallMs).toUTCString(), timesecs: Math.floor(start.wallMs / 1000) },
    host: start.host,
    ip: start.ip,
    protocol: start.protocol,
    prober: start.prober,
    port: start.port ?? null,
    first_hop: start.firstHop,
    max_hops: start.maxHops,
    queries: start.queries,
    timeout_seconds: start.timeoutSeconds,
  };
}

function hopJson(hop: TraceHop) {
  const { rtt } = hop;
  return {
    ttl: hop.ttl,
    addresses: hop.addresses.map(addressJson),
    sent: hop.sent,
    lost: hop.lost,
    rate_limited: hop.rateLimited,
    rtt_ms: rtt && { min: micro(rtt.minMs), avg: micro(rtt.avgMs), max: micro(rtt.maxMs), stddev: micro(rtt.stddevMs) },
    end: hop.end ?? null,
  };
}

function addressJson(address: HopAddress) {
  return {
    ip: address.ip,
    name: address.name ?? null,
    rtts_ms: address.rttsMs.map(micro),
    country: address.country ?? null,
    asn: address.asn ?? null,
    as_name: address.asName ?? null,
    label: address.label ?? null,
    codes: address.codes,
    mpls: address.mpls.map(({ label, trafficClass, bottom, ttl }) => ({
      label,
      traffic_class: trafficClass,
      bottom_of_stack: bottom,
      ttl,
    })),
    reply_ttl: address.replyTtl ?? null,
    return_hops: address.returnHops ?? null,
  };
}

function endJson(end: TraceEnd) {
  return {
    reason: end.reason,
    hops: end.hops,
    seconds: micro(end.seconds),
    rate_limited_ttls: end.rateLimitedTtls,
  };
}

/** Six decimals, of which a time stamp of nanoseconds has no more to say for milliseconds. */
function micro(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
