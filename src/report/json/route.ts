/** A trace as JSON: one document `{start, hops, end}`, or one line an event. The schema is docs/trace.schema.json. */
import type { HopAddress } from '../../events/hop.js';
import type { SeenClient, TraceEnd, TraceHop, TraceStart } from '../../events/route.js';
import { jsonText } from '../printable.js';
import type { Sink, TraceReport, TraceReporter } from '../reporter.js';
import { failureObject, lineOfMessage, timestampObject } from './common.js';

/** The document of one trace, as far as its events have come. */
export class TraceDocument {
  readonly #hops: TraceHop[] = [];
  readonly #notes: string[] = [];
  #start: TraceStart | undefined;
  #end: TraceEnd | undefined;
  #failure: ReturnType<typeof failureObject> | undefined;

  /** It grows with each of them. */
  add(event: TraceReport): this {
    if (event.type === 'trace-start') this.#start = event;
    else if (event.type === 'trace-hop') this.#hops.push(event);
    else if (event.type === 'trace-end') this.#end = event;
    else if (event.type === 'notice') this.#notes.push(event.text);
    else this.#failure = failureObject(event.error);
    return this;
  }

  /** What a hop could not know when it was told, the end does. */
  toJSON(): Record<string, unknown> {
    const isLimited = (hop: TraceHop) => this.#end?.rateLimitedTtls.includes(hop.ttl) ?? hop.rateLimited;
    return {
      start: this.#start === undefined ? null : startJson(this.#start),
      hops: this.#hops.map((hop) => hopJson({ ...hop, rateLimited: isLimited(hop) })),
      end: this.#end === undefined ? null : endJson(this.#end),
      ...(this.#notes.length > 0 && { notes: this.#notes }),
      ...this.#failure,
    };
  }
}

/** Prints each event as one line `{"event": "start" | "hop" | "end" | "notice" | "error", "data": ...}`. */
export function traceJsonStreamReporter(out: Sink): TraceReporter {
  return { event: (event) => out.write(`${jsonText(lineOf(event))}\n`) };
}

export function lineOf(event: TraceReport) {
  switch (event.type) {
    case 'trace-start':
      return { event: 'start', data: startJson(event) };
    case 'trace-hop':
      return { event: 'hop', data: hopJson(event) };
    case 'trace-end':
      return { event: 'end', data: endJson(event) };
    default:
      return lineOfMessage(event);
  }
}

function startJson(start: TraceStart) {
  return {
    timestamp: timestampObject(start.wallMs),
    direction: start.direction,
    host: start.host,
    ip: start.ip,
    ...(start.serverIp !== undefined && { server_ip: start.serverIp }),
    protocol: start.protocol ?? null,
    prober: start.prober ?? null,
    port: start.port ?? null,
    first_hop: start.firstHop,
    max_hops: start.maxHops ?? null,
    queries: start.queries,
    timeout_seconds: start.timeoutSeconds ?? null,
    ...(start.proxy !== undefined && { proxy: start.proxy }),
    seen_as: start.seen === undefined ? null : seenJson(start.seen),
    shared:
      start.shared === undefined ? null : { kind: start.shared.kind, age_seconds: micro(start.shared.ageSeconds) },
  };
}

function seenJson({ host, port, source, local, translated }: SeenClient) {
  return { ip: host, port: port ?? null, source, local_ip: local.host, local_port: local.port, nat: translated };
}

function hopJson(hop: TraceHop) {
  const { rtt, hidden } = hop;
  return {
    ttl: hop.ttl,
    addresses: hop.addresses.map(addressJson),
    hidden: hidden === undefined ? null : { addresses: hidden.addresses, rtts_ms: hidden.rttsMs.map(micro) },
    sent: hop.sent,
    lost: hop.lost,
    rate_limited: hop.rateLimited,
    rtt_ms: rtt && { min: micro(rtt.minMs), avg: micro(rtt.avgMs), max: micro(rtt.maxMs), stddev: micro(rtt.stddevMs) },
    end: hop.end ?? null,
    inband: hop.inband ?? false,
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
