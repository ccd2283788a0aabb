/** Documents of pings and of routes that never ran, as JSON has them. */
import type { HopAddress } from '../../src/events/hop.js';
import type { PingEvent } from '../../src/events/ping.js';
import type { TraceHop, TraceStart } from '../../src/events/route.js';
import { RoutesDocument } from '../../src/report/json/both-routes.js';
import { PingDocumentBuilder } from '../../src/report/json/ping.js';
import { TraceDocument } from '../../src/report/json/route.js';
import type { TraceReport } from '../../src/report/reporter.js';
import { identity, simulation } from './fixtures.js';

const rtt = { samples: 2, minMs: 0.5, medianMs: 1, p95Ms: 1.45, p99Ms: 1.49, maxMs: 1.5, avgMs: 1.1, mdevMs: 0.25 };

/** Of three pings the last is lost. */
export const pingEvents: readonly PingEvent[] = [
  {
    ...{ type: 'ping-start', session: 'ab'.repeat(16), wallMs: 0, peer: { host: 'server.example', port: 8765 } },
    connection: { localHost: '192.0.2.1', localPort: 4711, remoteHost: '198.51.100.10', remotePort: 8765 },
    ...{ peerSoftware: 'wperf 1.2.2', count: 3, intervalSeconds: 0.5, transport: 'websocket', secure: true },
    ...{ proxy: 'http://proxy.example:3128', simulation },
  },
  { type: 'notice', level: 'info', text: 'less than asked' },
  ...[0.5, 1.5, null].map((rttMs, seq) => ({ type: 'pong', seq, rttMs }) as const),
  { type: 'ping-end', transmitted: 3, received: 2, lossPercent: 33.25, rtt, interrupted: false },
];

export function pingDocumentOf(events: readonly PingEvent[]): unknown {
  const builder = new PingDocumentBuilder(identity);
  return events.map((event) => builder.add(event)).find((document) => document !== undefined);
}

const start: TraceStart = {
  ...{ type: 'trace-start', wallMs: 0, direction: 'forward', host: 'server.example', ip: '192.0.2.9', family: 4 },
  ...{ protocol: 'udp', prober: 'linux-errqueue', port: 33_434, firstHop: 1, maxHops: 30, queries: 3 },
  timeoutSeconds: 1,
};

function hop(ttl: number, addresses: Partial<HopAddress>[], given: Partial<TraceHop> = {}): TraceHop {
  const full = addresses.map((each) => ({ ip: '198.51.100.1', rttsMs: [1], codes: [], mpls: [], ...each }));
  const lost = 3 - full.flatMap(({ rttsMs }) => rttsMs).length;
  return { type: 'trace-hop', ttl, addresses: full, sent: 3, lost, rtt: null, rateLimited: false, ...given };
}

const label = { label: 24_001, trafficClass: 0, bottom: true, ttl: 1 };
const example = { country: 'NL', asn: 64_500, asName: 'Example Hosting' };

export const thereEvents: readonly TraceReport[] = [
  start,
  hop(1, [{ ip: '10.0.0.1', name: 'router.home', rttsMs: [0.5, 0.25, 12.34], label: 'private' }]),
  hop(2, [
    { ip: '198.51.100.1', rttsMs: [5], ...example, mpls: [label] },
    { ip: '198.51.100.2', rttsMs: [6], codes: ['!X'] },
  ]),
  hop(3, []),
  hop(4, [{ ip: '192.0.2.9', rttsMs: [9.1, 9.2, 9.3], ...example, returnHops: 6 }], { end: 'target' }),
  { type: 'trace-end', reason: 'target', hops: 4, seconds: 1.25, rateLimitedTtls: [2] },
];

const seen = {
  host: '203.0.113.7',
  port: 4711,
  source: 'connection',
  local: { host: '10.0.0.2', port: 4711 },
} as const;
export const backEvents: readonly TraceReport[] = [
  {
    ...{ ...start, direction: 'reverse', ip: '203.0.113.7', seen: { ...seen, translated: true } },
    ...{ proxy: 'http://proxy.example:3128', shared: { kind: 'kept', ageSeconds: 12 } },
  },
  { type: 'notice', level: 'info', text: 'fewer probes' },
  hop(1, [], { lost: 1, hidden: { addresses: 2, rttsMs: [0.25, 0.5] } }),
  hop(2, [{ ip: '203.0.113.7', rttsMs: [7, 8, 9] }], { inband: true }),
  { type: 'trace-end', reason: 'hops', hops: 2, seconds: 1, rateLimitedTtls: [] },
];

export function traceDocumentOf(events: readonly TraceReport[]): unknown {
  const document = new TraceDocument();
  for (const event of events) document.add(event);
  return document;
}

export function routesDocumentOf(there: readonly TraceReport[], back: readonly TraceReport[]): unknown {
  const document = new RoutesDocument();
  for (const event of there) document.add({ direction: 'forward', event });
  for (const event of back) document.add({ direction: 'reverse', event });
  return document;
}
