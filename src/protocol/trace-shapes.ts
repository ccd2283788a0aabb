/** What the messages of a route back hold. docs/protocol.md says what each field means. */
import { geoip, limits, traceService } from '../defaults/index.js';
import { flag, integer, line, list, matching, number, oneOf, optional, record } from './shape.js';

const ttl = integer(limits.traceHops.min, limits.traceHops.max);
const queries = integer(limits.traceQueries.min, limits.traceQueries.max);
const timeoutSeconds = number(limits.traceTimeoutSeconds.min, limits.traceTimeoutSeconds.max);
/** The zone of a link-local address is no business of the other end. */
const address = matching(/^(?=.{2,45}$)[\da-f.]*[.:][\da-f.:]*$/i, 'an IP address');
const rttsMs = list(number(0, traceService.rttMs), limits.traceQueries.max);
const probes = integer(0, limits.traceQueries.max);
const code = matching(/^!([NHPXFSVC]|<\d{1,3}>)$/, 'a mark such as !H');

/** In a client's hello: how it would like the route to be traced. */
export const traceWish = record({
  protocol: oneOf('auto', 'udp', 'icmp', 'tcp', 'inband'),
  maxHops: ttl,
  firstHop: ttl,
  queries,
  timeoutSeconds,
  names: flag,
  serial: flag,
  /** To be told where hops are, as far as the server knows. */
  places: optional(flag),
});

/** The client as the server sees it: the target of the trace. */
const seenAs = record({
  host: address,
  port: optional(integer(1, limits.port.max)),
  source: oneOf('connection', 'x-forwarded-for', 'forwarded', 'proxy-protocol'),
});

const shared = record({ kind: oneOf('joined', 'kept'), ageSeconds: number(0, traceService.limits.cacheSeconds.max) });

export const traceStartFields = {
  seenAs,
  protocol: oneOf('udp', 'tcp', 'icmp'),
  prober: oneOf('linux-errqueue', 'linux-raw', 'raw-socket', 'inband'),
  port: optional(integer(1, limits.port.max)),
  firstHop: ttl,
  maxHops: ttl,
  queries,
  timeoutSeconds,
  /** Present where the trace was begun for somebody who asked before. */
  shared: optional(shared),
};

const mplsLabel = record({
  label: integer(0, 0xfffff),
  trafficClass: integer(0, 7),
  bottom: flag,
  ttl: integer(0, 255),
});

const hopAddress = record({
  ip: address,
  name: optional(line(limits.hopNameCharacters)),
  rttsMs,
  codes: list(code, limits.traceQueries.max),
  mpls: list(mplsLabel, traceService.mplsLabels),
  replyTtl: optional(integer(0, 255)),
  country: optional(matching(/^[A-Z]{2}$/, 'two capital letters')),
  asn: optional(integer(1, 2 ** 32 - 1)),
  asName: optional(line(geoip.asNameCharacters)),
});

export const traceHopFields = {
  ttl,
  addresses: list(hopAddress, limits.traceQueries.max),
  /** Addresses that the server keeps to itself, with the round trips to them. */
  hidden: optional(record({ addresses: integer(1, limits.traceQueries.max), rttsMs })),
  sent: probes,
  lost: probes,
  rateLimited: flag,
  end: optional(oneOf('target', 'refused')),
  inband: optional(flag),
};

export const traceEndFields = {
  reason: oneOf('target', 'refused', 'hops', 'time', 'interrupted'),
  seconds: number(0, limits.seconds.max),
};
