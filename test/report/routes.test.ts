/** Reports of routes back, and of both routes together. */
import { describe, expect, test } from 'vitest';
import { WperfError } from '../../src/errors.js';
import type { RouteEvent } from '../../src/events/both-routes.js';
import type { HopAddress } from '../../src/events/hop.js';
import type { SeenClient, TraceEnd, TraceHop, TraceStart } from '../../src/events/route.js';
import type { OutputPlan } from '../../src/plan/plan.js';
import { routesReporters, traceReporters } from '../../src/report/make-route.js';
import type { TraceReport } from '../../src/report/reporter.js';
import { Kept } from './kept.js';
import { expectTrace } from './schema.js';

const seen: SeenClient = {
  ...{ host: '198.51.100.2', port: 40_123, source: 'connection' },
  ...{ local: { host: '10.77.0.2', port: 5000 }, translated: true },
};

function startOf(direction: 'forward' | 'reverse', changes: Partial<TraceStart> = {}): TraceStart {
  const ip = direction === 'forward' ? '203.0.113.9' : '198.51.100.2';
  return {
    ...{ type: 'trace-start', wallMs: Date.UTC(2026, 0, 2), direction, host: 'server.example', ip, family: 4 },
    ...{ protocol: 'udp', prober: 'linux-raw', port: 33_434, firstHop: 1, maxHops: 30, queries: 3, timeoutSeconds: 1 },
    ...(direction === 'reverse' && { seen }),
    ...changes,
  };
}

function hop(ttl: number, addresses: Partial<HopAddress>[], changes: Partial<TraceHop> = {}): TraceHop {
  const full = addresses.map((address) => ({ ip: '192.0.2.1', rttsMs: [1, 2, 3], codes: [], mpls: [], ...address }));
  const rtt = full.length === 0 ? null : { minMs: 1, avgMs: 2, maxMs: 3, stddevMs: 0.5 };
  const lost = full.length === 0 ? 3 : 0;
  return { type: 'trace-hop', ttl, addresses: full, sent: 3, lost, rtt, rateLimited: false, ...changes };
}

const end = (reason: TraceEnd['reason'] = 'target', hops = 3): TraceEnd => ({
  ...{ type: 'trace-end', reason, hops, seconds: 0.5, rateLimitedTtls: [] },
});

const one = { asn: 64_501, asName: 'One', country: 'DE' };
const two = { asn: 64_502, asName: 'Two', country: 'FR' };
const six = { asn: 64_506, asName: 'Six', country: 'NL' };
const there = [
  startOf('forward'),
  hop(1, [{ ip: '10.77.0.1', label: 'private' }]),
  hop(2, [{ ip: '192.0.2.1', name: 'a.one.example', ...one }]),
  hop(3, [{ ip: '192.0.2.5', ...two }], { lost: 1 }),
  hop(4, []),
  hop(5, [{ ip: '203.0.113.9', name: 'server.example', ...two }], { end: 'target' }),
  end('target', 5),
];
const back = [
  startOf('reverse'),
  hop(1, [{ ip: '203.0.113.1', ...two }]),
  hop(2, [{ ip: '192.0.2.77', ...six }]),
  hop(3, [{ ip: '192.0.2.2', ...one }]),
  hop(4, [{ ip: '198.51.100.2', ...one }], { end: 'target' }),
  end('target', 4),
];

function screenOf(columns?: number) {
  const [out, err] = [new Kept(), new Kept()];
  return { out, err, screen: { out, err, columns: () => columns, color: false } };
}

const makersOf = async (format: OutputPlan['format']) => ({
  one: await traceReporters(format),
  both: await routesReporters(format),
});
const makers = {
  text: await makersOf('text'),
  json: await makersOf('json'),
  'json-stream': await makersOf('json-stream'),
};

function reportOne(format: keyof typeof makers, events: readonly TraceReport[]) {
  const { out, err, screen } = screenOf();
  const reporter = makers[format].one(screen, { annotated: false });
  for (const event of events) reporter.event(event);
  reporter.end?.();
  return { out: out.text, err: err.text };
}

function reportBoth(format: keyof typeof makers, events: readonly RouteEvent[], columns?: number) {
  const { out, err, screen } = screenOf(columns);
  const reporter = makers[format].both(screen, { annotated: true });
  for (const event of events) reporter.event(event);
  reporter.end?.();
  return { out: out.text, err: err.text };
}

const tagged = (direction: RouteEvent['direction'], events: readonly TraceReport[]): RouteEvent[] =>
  events.map((event) => ({ direction, event }));
const both = [...tagged('reverse', back), ...tagged('forward', there)];
const failure: TraceReport = {
  type: 'error',
  error: new WperfError('trace-unavailable', 'no probes', { hint: 'try' }),
};

describe('a route back', () => {
  test.each<[string, Partial<TraceStart>, string[]]>([
    [
      'through NAT',
      {},
      [
        'server.example sees you as 198.51.100.2 port 40123: through NAT or a proxy, since here it is 10.77.0.2 port 5000',
      ],
    ],
    [
      'directly',
      { seen: { ...seen, local: { host: '198.51.100.2', port: 40_123 }, translated: false } },
      ['server.example sees you as 198.51.100.2 port 40123: directly, without NAT'],
    ],
    [
      'by the word of a trusted proxy',
      { seen: { host: '198.51.100.2', source: 'x-forwarded-for', local: seen.local, translated: true } },
      [
        'server.example sees you as 198.51.100.2, as its proxy says (X-Forwarded-For): through NAT or a proxy, since here it is 10.77.0.2 port 5000',
      ],
    ],
    [
      'through a proxy of its own',
      { seen: { ...seen, translated: null } },
      ['server.example sees you as 198.51.100.2 port 40123: the proxy that you go through, where the route ends'],
    ],
    [
      'kept',
      { shared: { kind: 'kept', ageSeconds: 12.3 } },
      ['the server traced this route 12 s ago, and tells what it found then'],
    ],
    [
      'joined',
      { shared: { kind: 'joined', ageSeconds: 1.234 } },
      ['the server began this trace 1.2 s ago for somebody else at your address'],
    ],
  ])('%s says so', (_what, changes, expected) => {
    const lines = reportOne('text', [startOf('reverse', changes)]).out.split('\n');
    expect(lines[0]).toBe('traceroute from server.example back to 198.51.100.2, 30 hops max');
    expect(lines).toEqual(expect.arrayContaining(expected));
  });

  test('has rows for what the server hides, marks in-band hops, and tells why it ended', () => {
    const events = [
      startOf('reverse'),
      hop(1, [], { hidden: { addresses: 1, rttsMs: [1, 2, 3] }, lost: 0 }),
      hop(2, [{ ip: '192.0.2.7', rttsMs: [4] }], { hidden: { addresses: 2, rttsMs: [5, 6] } }),
      hop(3, [{ rttsMs: [7] }], { sent: 1, inband: true }),
      end('time'),
    ];
    expect(reportOne('text', events).out.split('\n').slice(2)).toEqual([
      ' 1  (hidden by the server)                   1.000 ms     2.000 ms     3.000 ms',
      ' 2  192.0.2.7                                4.000 ms',
      '    (2 addresses hidden by the server)       5.000 ms     6.000 ms',
      ' 3  192.0.2.1                                7.000 ms  in-band',
      "cut short by the server's limit of time",
      '',
    ]);
    const document = JSON.parse(reportOne('json', events).out);
    expectTrace('#/definitions/document', document);
    expect(document.hops[1].hidden).toEqual({ addresses: 2, rtts_ms: [5, 6] });
    expect(document.hops[2].inband).toBe(true);
  });

  test('tells in JSON how the server sees the client', () => {
    const notice: TraceReport = { type: 'notice', level: 'info', text: 'The server looks no farther than 9 hops.' };
    const document = JSON.parse(reportOne('json', [notice, ...back]).out);
    expectTrace('#/definitions/document', document);
    expect(document.notes).toEqual([notice.text]);
    expect(document.start).toMatchObject({ direction: 'reverse', shared: null });
    expect(document.start.seen_as).toEqual({
      ...{ ip: '198.51.100.2', port: 40_123, source: 'connection', local_ip: '10.77.0.2', local_port: 5000, nat: true },
    });
    for (const line of reportOne('json-stream', [notice, ...back])
      .out.trim()
      .split('\n')) {
      expectTrace('#/definitions/line', JSON.parse(line));
    }
    expect(reportOne('text', [notice, ...back]).err).toBe('note: The server looks no farther than 9 hops.\n');
  });
});

test('a shared result tells whose connection its in-band hops are of', () => {
  const told = (changes: Partial<TraceStart>) => [
    startOf('reverse', changes),
    hop(1, [{ ip: '198.51.100.2' }], { inband: true, end: 'target' }),
    end('target', 1),
  ];
  const note =
    'the in-band hops are of the connection that this was traced for: --tr-proto inband traces along your own';
  const shared = { shared: { kind: 'kept', ageSeconds: 2 } } as const;
  expect(reportOne('text', told(shared)).out.trimEnd().split('\n').at(-1)).toBe(note);
  expect(reportOne('text', told({})).out).not.toContain(note);
  expect(reportBoth('text', [...tagged('forward', there), ...tagged('reverse', told(shared))]).out).toContain(
    `back: ${note}\n`,
  );
});

describe('both routes', () => {
  const table = (columns?: number) => reportBoth('text', both, columns).out.split('\n');

  test('stand beside each other where there is room, from here to the server', () => {
    const lines = [
      'There, from here to the server                                                     Back, read upward from the server',
      '  1  [private]          10.77.0.1                        2.000 ms                    4  [DE, AS64501 One]  198.51.100.2     2.000 ms',
      '  2  [DE, AS64501 One]  a.one.example (192.0.2.1)        2.000 ms               ~    3  [DE, AS64501 One]  192.0.2.2        2.000 ms',
      '                                                                                ≠    2  [NL, AS64506 Six]  192.0.2.77       2.000 ms',
      '  3  [FR, AS64502 Two]  192.0.2.5                        2.000 ms  1 of 3 lost  ~    1  [FR, AS64502 Two]  203.0.113.1      2.000 ms',
      '  4  *',
      '  5  [FR, AS64502 Two]  server.example (203.0.113.9)     2.000 ms',
      '= same address   ~ same network (AS)   ≠ a network (AS) that the other way never meets',
      '',
    ];
    expect(table().slice(4)).toEqual(lines);
    expect(table(140).slice(4)).toEqual(lines);
  });

  test('mark hops that in-band probes have found', () => {
    const found = hop(1, [{ ip: '198.51.100.2' }, { ip: '198.51.100.3' }], { inband: true, end: 'target' });
    const { out } = reportBoth('text', tagged('reverse', [startOf('reverse'), found, end('target', 1)]));
    expect(out).toMatch(/ {2}1 {2}198\.51\.100\.2 .* ms {2}in-band\n +198\.51\.100\.3 .* ms\n/);
  });

  test('leave out names where only that makes room', () => {
    const lines = table(130);
    expect(Math.max(...lines.slice(4).map((line) => line.length))).toBeLessThanOrEqual(130);
    expect(lines[6]).toContain('  192.0.2.1  ');
    expect(lines.join()).not.toContain('a.one.example');
  });

  test('stand one under the other on a narrow screen, each in its own order, with the same marks', () => {
    expect(table(80).slice(4)).toEqual([
      'There, from here to the server:',
      '   1  [private]                     10.77.0.1           1.000   2.000   3.000 ms',
      '~  2  [DE, AS64501 One]             192.0.2.1           1.000   2.000   3.000 ms',
      '~  3  [FR, AS64502 Two]             192.0.2.5           1.000   2.000   3.000 ms  *',
      '   4  * * *',
      '   5  [FR, AS64502 Two]             203.0.113.9         1.000   2.000   3.000 ms',
      'Back, from the server to here:',
      '~  1  [FR, AS64502 Two]             203.0.113.1         1.000   2.000   3.000 ms',
      '≠  2  [NL, AS64506 Six]             192.0.2.77          1.000   2.000   3.000 ms',
      '~  3  [DE, AS64501 One]             192.0.2.2           1.000   2.000   3.000 ms',
      '   4  [DE, AS64501 One]             198.51.100.2        1.000   2.000   3.000 ms',
      '= same address   ~ same network (AS)   ≠ a network (AS) that the other way never meets',
      '',
    ]);
  });

  test('one that cannot be traced leaves the other, with the reason', () => {
    const events = [...tagged('forward', [failure]), ...tagged('reverse', back)];
    const { out, err } = reportBoth('text', events);
    expect(err).toBe('wperf: error: the route there: no probes: try\n');
    expect(out).toContain('2  [NL, AS64506 Six]  192.0.2.77');
    const document = JSON.parse(reportBoth('json', events).out);
    expectTrace('#/definitions/routes', document);
    expect(document.forward).toMatchObject({ start: null, end: null, error_code: 'trace-unavailable' });
    expect(document.rows).toHaveLength(4);
    expect(reportBoth('text', tagged('reverse', [failure]))).toEqual({
      out: '',
      err: 'wperf: error: the route back: no probes: try\n',
    });
    expectTrace('#/definitions/routes', JSON.parse(reportBoth('json', tagged('reverse', [failure])).out));
  });

  test('are in one document, or a line an event', () => {
    const document = JSON.parse(reportBoth('json', both).out);
    expectTrace('#/definitions/routes', document);
    expect(document.forward.hops).toHaveLength(5);
    expect(document.reverse.hops).toHaveLength(4);
    expect(document.rows.map(Object.values)).toEqual([
      [1, 4, 'unknown'],
      [2, 3, 'same-as'],
      [null, 2, 'different'],
      [3, 1, 'same-as'],
      [4, null, 'unknown'],
      [5, null, 'unknown'],
    ]);
    const lines = reportBoth('json-stream', both)
      .out.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expectTrace('#/definitions/line', line);
    expect(lines.filter(({ direction }) => direction === 'forward')).toHaveLength(7);
    expect(lines.at(-1)).toEqual({ event: 'rows', data: document.rows });
  });
});
