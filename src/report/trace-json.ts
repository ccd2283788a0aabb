/** A trace as JSON: one document `{start, hops, end}`, or one line an event. The schema is docs/trace.schema.json. */
import type { ErrorEvent } from '../events.js';
import type { TraceEnd, TraceEvent, TraceHop, TraceStart } from '../trace/events.js';
import type { HopAddress } from '../trace/hop.js';
import type { Sink, TraceReporter } from './reporter.js';

/** Prints one document when the trace has ended. */
export class TraceJsonReporter implements TraceReporter {
  readonly #out: Sink;
  readonly #hops: TraceHop[] = [];
  #start: TraceStart | undefined;

  constructor(out: Sink) {
    this.#out = out;
  }

  event(event: TraceEvent | ErrorEvent): void {
    if (event.type === 'trace-start') this.#start = event;
    else if (event.type === 'trace-hop') this.#hops.push(event);
    else if (event.type === 'trace-end') this.#print(event, { end: endJson(event) });
    else this.#print(undefined, { end: null, error: event.error.line, error_code: event.error.code });
  }

  /** What a hop could not know when it was told, the end does. */
  #print(end: TraceEnd | undefined, ending: Record<string, unknown>): void {
    const isLimited = (hop: TraceHop) => end?.rateLimitedTtls.includes(hop.ttl) ?? hop.rateLimited;
    const hops = this.#hops.map((hop) => hopJson({ ...hop, rateLimited: isLimited(hop) }));
    const document = { start: this.#start === undefined ? null : startJson(this.#start), hops, ...ending };
    this.#out.write(`${JSON.stringify(document, null, 2)}\n`);
  }
}

/** Prints each event as one line `{"event": "start" | "hop" | "end" | "error", "data": ...}`. */
export class TraceJsonStreamReporter implements TraceReporter {
  readonly #out: Sink;

  constructor(out: Sink) {
    this.#out = out;
  }

  event(event: TraceEvent | ErrorEvent): void {
    this.#out.write(`${JSON.stringify(lineOf(event))}\n`);
  }
}

function lineOf(event: TraceEvent | ErrorEvent) {
  switch (event.type) {
    case 'trace-start':
      return { event: 'start', data: startJson(event) };
    case 'trace-hop':
      return { event: 'hop', data: hopJson(event) };
    case 'trace-end':
      return { event: 'end', data: endJson(event) };
    case 'error':
      return { event: 'error', data: event.error.line, error_code: event.error.code };
  }
}

function startJson(start: TraceStart) {
  return {
    timestamp: {
      time: new Date(start.wallMs).toUTCString(),
      timesecs: Math.floor(start.wallMs / 1000),
      timemillisecs: Math.floor(start.wallMs),
    },
    host: start.host,
    ip: start.ip,
    protocol: start.protocol ?? null,
    prober: start.prober ?? null,
    port: start.port ?? null,
    first_hop: start.firstHop,
    max_hops: start.maxHops ?? null,
    queries: start.queries,
    timeout_seconds: start.timeoutSeconds ?? null,
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
