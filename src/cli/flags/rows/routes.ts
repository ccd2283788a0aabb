/** Of routes, and of what a server that traces them for its clients has to be told. */
import { defaults, limits, traceService } from '../../../defaults/index.js';
import { choice, integer, seconds, text } from '../values/types.js';
import type { FlagRow } from './flag.js';
import { routes, routesAndServer, server, trace } from './uses.js';

/** What a server that traces routes for its clients can be told of them. */
const offered = [
  {
    name: 'tr-auth-only',
    for: server,
    help: 'Trace only for clients that prove the token',
  },
  {
    name: 'tr-behind-proxy',
    for: server,
    help: 'Trace also for clients of a trusted proxy, to the address that it tells; shows the network between, which their connection does not take',
  },
  {
    name: 'tr-max-concurrent',
    for: server,
    type: integer('N', traceService.limits.concurrent),
    default: String(traceService.defaults.concurrent),
    help: 'Trace N routes at a time; of one client address (an IPv6 /64) always one',
  },
  {
    name: 'tr-cache',
    for: server,
    type: seconds(traceService.limits.cacheSeconds),
    default: String(traceService.defaults.cacheSeconds),
    help: 'Keep a result for SECONDS, for the same client asking the same again',
  },
  {
    name: 'tr-max-packets',
    for: server,
    type: integer('N', traceService.limits.packets),
    default: String(traceService.defaults.packets),
    help: 'Send at most N probes for one route',
  },
  {
    name: 'tr-packets-per-minute',
    for: server,
    type: integer('N', traceService.limits.packetsPerMinute),
    default: String(traceService.defaults.packetsPerMinute),
    help: 'Send at most N probes a minute for all clients together',
  },
  {
    name: 'tr-max-seconds',
    for: server,
    type: seconds(traceService.limits.seconds),
    default: String(traceService.defaults.seconds),
    help: 'End a trace after SECONDS, whatever is missing',
  },
  {
    name: 'tr-hide-hops',
    for: server,
    type: integer('N', traceService.limits.hideHops),
    default: String(traceService.defaults.hideHops),
    help: "Do not tell the addresses of the first N hops, the server's own network",
  },
  { name: 'tr-hide-private', for: server, help: 'Do not tell private addresses of hops' },
] as const satisfies readonly FlagRow[];

export const traceFlags = [
  {
    name: 'tr-max-hops',
    for: routes,
    type: integer('HOPS', limits.traceHops),
    default: String(defaults.trace.maxHops),
    help: 'Look no farther than HOPS',
  },
  {
    name: 'tr-first-hop',
    for: routes,
    type: integer('HOP', limits.traceHops),
    default: String(defaults.trace.firstHop),
    help: 'Begin at HOP',
  },
  {
    name: 'tr-queries',
    for: routes,
    type: integer('COUNT', limits.traceQueries),
    default: String(defaults.trace.queries),
    help: 'Send COUNT probes to each hop',
  },
  {
    name: 'tr-timeout',
    for: routes,
    type: seconds(limits.traceTimeoutSeconds),
    default: String(defaults.trace.timeoutSeconds),
    help: 'Wait SECONDS for the answer to a probe',
  },
  {
    name: 'tr-proto',
    for: routes,
    type: choice(['auto', 'udp', 'icmp', 'tcp', 'inband']),
    default: 'auto',
    help: 'What to probe with; inband is for routes back, through NAT and firewalls',
  },
  {
    name: 'tr-port',
    for: trace,
    type: integer('PORT', { min: 1, max: limits.port.max }),
    default: `${defaults.trace.udpPort} for UDP, ${defaults.trace.tcpPort} for TCP`,
    help: 'With --traceroute: probe toward PORT',
  },
  { name: 'tr-serial', for: routes, help: 'Send one probe at a time' },
  { name: 'tr-no-dns', for: routes, help: 'Do not look up the names of hops' },
  {
    name: 'tr-require-target',
    for: routes,
    help: 'Exit with 6 where a route does not reach its target',
  },
  {
    name: 'geoip-db',
    for: routesAndServer,
    type: text('FILE|FOLDER'),
    repeatable: true,
    default: "WPERF_GEOIP_DB, the system's folders, the data that comes with wperf",
    help: 'Look countries and ASes up in an .mmdb file or folder first; may be given again',
    conflicts: ['no-geoip'],
  },
  { name: 'no-geoip', for: routesAndServer, help: 'Do not look up countries and ASes' },
] as const satisfies readonly FlagRow[];

export const routesFlags = [
  {
    name: 'no-reverse-traceroute',
    for: server,
    help: 'Trace no routes for clients',
    conflicts: offered.map(({ name }) => name),
  },
  ...offered,
] as const satisfies readonly FlagRow[];
