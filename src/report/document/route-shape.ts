/** What a reader needs of the documents of traces, one way or both ways, each field checked. */
import { type Checked, flag, integer, list, oneOf, optional, record, type Shape } from '../../protocol/shape.js';
import { count, figure, most, outcome, timestamp, words } from './fields.js';

const ttl = integer(1, 255);
const rtts = list(figure, most.rtts);

const address = record({
  ip: words,
  name: optional(words),
  rtts_ms: rtts,
  country: optional(words),
  asn: optional(count),
  as_name: optional(words),
  label: optional(words),
  codes: list(words, most.rtts),
  mpls: list(record({ label: count }), most.addresses),
  return_hops: optional(count),
});

const hop = record({
  ttl,
  addresses: list(address, most.addresses),
  hidden: optional(record({ addresses: count, rtts_ms: rtts })),
  sent: count,
  lost: count,
  rate_limited: flag,
  end: optional(oneOf('target', 'refused')),
  inband: optional(flag),
});

export type HopRow = Checked<typeof hop>;
export type AddressRow = Checked<typeof address>;

const start = record({
  timestamp: optional(timestamp),
  direction: oneOf('forward', 'reverse'),
  host: words,
  ip: words,
  server_ip: optional(words),
  protocol: optional(words),
  prober: optional(words),
  port: optional(count),
  first_hop: optional(ttl),
  max_hops: optional(ttl),
  queries: count,
  timeout_seconds: optional(figure),
  proxy: optional(words),
  seen_as: optional(
    record({
      ip: words,
      port: optional(count),
      source: words,
      local_ip: words,
      local_port: count,
      nat: optional(flag),
    }),
  ),
  shared: optional(record({ kind: oneOf('joined', 'kept'), age_seconds: figure })),
});

export const traceDocument = record({
  start: optional(start),
  hops: list(hop, most.hops),
  end: optional(
    record({
      reason: oneOf('target', 'refused', 'hops', 'time', 'interrupted'),
      seconds: figure,
      rate_limited_ttls: list(ttl, most.hops),
    }),
  ),
  ...outcome,
});

export type TraceDocument = Checked<typeof traceDocument>;

export const routesDocument = record({
  forward: optional(traceDocument),
  reverse: optional(traceDocument),
  rows: list(
    record({
      forward_ttl: optional(ttl),
      reverse_ttl: optional(ttl),
      likeness: oneOf('same', 'same-as', 'different', 'unknown'),
    }),
    2 * most.hops,
  ),
});

export type RoutesDocument = Checked<typeof routesDocument>;

/** Of one way, or of both. */
export const anyRoute: Shape<TraceDocument | RoutesDocument> = (value, field) =>
  typeof value === 'object' && value !== null && 'rows' in value
    ? routesDocument(value, field)
    : traceDocument(value, field);
