import { describe, expect, test } from 'vitest';
import { WperfError } from '../../src/errors.js';
import type { HopAddress } from '../../src/events/hop.js';
import type { ErrorEvent, NoticeEvent } from '../../src/events/load.js';
import type { TraceEnd, TraceEvent, TraceHop, TraceStart } from '../../src/events/route.js';
import { traceReporters } from '../../src/report/make-route.js';
import { expectTrace, isTrace } from './schema.js';

const start: TraceStart = {
  type: 'trace-start',
  wallMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  direction: 'forward',
  host: 'host.example',
  ip: '192.0.2.9',
  family: 4,
  protocol: 'udp',
  prober: 'linux-errqueue',
  port: 33_434,
  firstHop: 1,
  maxHops: 30,
  queries: 3,
  timeoutSeconds: 1,
};

function hop(ttl: number, addresses: Partial<HopAddress>[], given: Partial<TraceHop> = {}): TraceHop {
  const full = addresses.map((address) => ({ ip: '198.51.100.1', rttsMs: [1], codes: [], mpls: [], ...address }));
  const answered = full.flatMap(({ rttsMs }) => rttsMs);
  const rtt = answered.length === 0 ? null : { minMs: 1, avgMs: 2, maxMs: 3, stddevMs: 0.5 };
  const counts = { sent: 3, lost: 3 - answered.length };
  return { type: 'trace-hop', ttl, addresses: full, ...counts, rtt, rateLimited: false, ...given };
}

const mpls = [
  { label: 24_001, trafficClass: 0, bottom: false, ttl: 1 },
  { label: 17, trafficClass: 0, bottom: true, ttl: 1 },
];
const google = { country: 'US', asn: 15_169, asName: 'Google LLC' };
const hops: TraceHop[] = [
  hop(1, [{ ip: '10.0.0.1', rttsMs: [0.5, 0.25, 12.3456], label: 'private', returnHops: 1, replyTtl: 64 }]),
  hop(2, [
    { ip: '198.51.100.1', name: 'a.example', rttsMs: [5], ...google },
    { ip: '198.51.100.2', rttsMs: [6], asn: 7922, asName: 'Comcast Cable Communications, LLC' },
  ]),
  hop(3, []),
  hop(10, [{ rttsMs: [7, 7, 7], mpls, returnHops: 12, replyTtl: 244 }]),
  hop(11, [{ ip: '192.0.2.9', rttsMs: [9.1, 9.2, 9.3], codes: ['!X'], returnHops: 11 }], { end: 'refused' }),
];
const end: TraceEnd = { type: 'trace-end', reason: 'refused', hops: 5, seconds: 1.25, rateLimitedTtls: [2] };
const events: TraceEvent[] = [start, ...hops, end];

const failure: ErrorEvent = { type: 'error', error: new WperfError('unreachable', 'cannot send', { hint: 'try' }) };

const makers = {
  text: await traceReporters('text'),
  json: await traceReporters('json'),
  'json-stream': await traceReporters('json-stream'),
};

function report(
  format: keyof typeof makers,
  shown: readonly (TraceEvent | NoticeEvent | ErrorEvent)[],
  annotated = false,
  columns?: number,
) {
  const written = { out: '', err: '' };
  const sink = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const screen = { out: sink('out'), err: sink('err'), columns: () => columns, color: false };
  const reporter = makers[format](screen, { annotated });
  for (const event of shown) reporter.event(event);
  reporter.end?.();
  return written;
}

function textOf(shown: readonly TraceEvent[], annotated = false, columns?: number): string[] {
  return report('text', shown, annotated, columns).out.split('\n').slice(0, -1);
}

describe('text', () => {
  test('a whole trace, in columns', () => {
    expect(textOf(events)).toEqual([
      'traceroute to host.example (192.0.2.9), 30 hops max',
      ' 1  10.0.0.1                                 0.500 ms     0.250 ms    12.346 ms',
      ' 2  a.example (198.51.100.1)                 5.000 ms',
      '    198.51.100.2                             6.000 ms  *',
      ' 3  * * *',
      '10  198.51.100.1                             7.000 ms     7.000 ms     7.000 ms  MPLS 24001/17  12 hops back',
      '11  192.0.2.9                                9.100 ms     9.200 ms     9.300 ms  !X',
      'host.example is not reached: the last hop passes nothing on to it',
      'replies missing at hop 2 may be rate limiting there rather than loss on the path: later hops have them',
    ]);
  });

  test('country and AS have a column of their own', () => {
    expect(textOf(hops.slice(0, 3), true)).toEqual([
      ' 1  [private]                           10.0.0.1                                 0.500 ms     0.250 ms    12.346 ms',
      ' 2  [US, AS15169 Google LLC]            a.example (198.51.100.1)                 5.000 ms',
      '    [AS7922 Comcast Cable Com…]         198.51.100.2                             6.000 ms  *',
      ' 3  * * *',
    ]);
  });

  test('IPv6 addresses have room', () => {
    const address = { ip: '2001:db8:1111:2222:3333:4444:5555:6666', rttsMs: [1, 2, 3] };
    const [, line] = textOf([{ ...start, family: 6 }, hop(1, [address])]);
    expect(line).toBe(' 1  2001:db8:1111:2222:3333:4444:5555:6666             1.000 ms     2.000 ms     3.000 ms');
  });

  test('a terminal of 80 columns has them all, without the names that do not fit', () => {
    expect(textOf(events, true, 80).slice(1, 6)).toEqual([
      ' 1  [private]                       10.0.0.1            0.500   0.250  12.346 ms',
      ' 2  [US, AS15169 Google LLC]        198.51.100.1        5.000 ms',
      '    [AS7922 Comcast Cable Com…]     198.51.100.2        6.000 ms  *',
      ' 3  * * *',
      '10                                  198.51.100.1        7.000   7.000   7.000 ms  MPLS 24001/17  12 hops back',
    ]);
  });

  test.each([66, 70, 80, 100, 114, 115, 130, 200])('hops stay within %i columns, aligned', (columns) => {
    const address = { ip: '198.51.100.222', name: 'a.rather.long.name.of.a.router.example', ...google };
    const shown = [start, hop(1, [{ ...address, rttsMs: [1, 20, 300] }]), ...hops.slice(0, 2)];
    const lines = textOf(shown, true, columns).slice(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    if (columns < 130) expect(new Set(lines.map((line) => line.search(/(?<= \d+)\.\d{3} /))).size).toBe(1);
    expect(lines[0]).toContain(columns < 75 ? '[US, AS15169] ' : '[US, AS15169 Google LLC]');
    expect(lines[0]?.includes('a.rather')).toBe(columns >= 200);
  });

  test('a very narrow terminal has no columns', () => {
    expect(textOf(events, true, 40).slice(1, 4)).toEqual([
      ' 1  [private]  10.0.0.1     0.500   0.250  12.346 ms',
      ' 2  [US, AS15169]  198.51.100.1     5.000 ms',
      '    [AS7922]  198.51.100.2     6.000 ms  *',
    ]);
  });

  test('many queries are summed up', () => {
    const many = hop(1, [{ rttsMs: [1, 2, 3, 2, 2, 2, 2] }], { sent: 8, lost: 1 });
    expect(textOf([many])).toEqual([
      ' 1  198.51.100.1                             2.000 ms avg of 7  min/max/stddev 1.000/3.000/0.500 ms  1 of 8 lost',
    ]);
  });

  test.each([
    ['hops', ['no answer from host.example']],
    ['interrupted', ['interrupted']],
    ['target', []],
  ] as const)('the end: %s', (reason, lines) => {
    expect(textOf([start, { ...end, reason, rateLimitedTtls: [] }]).slice(1)).toEqual(lines);
  });
});

test('a failure goes to stderr', () => {
  expect(report('text', [start, failure])).toMatchObject({ err: 'wperf: error: cannot send: try\n' });
});

test('notices are told by how much they matter', () => {
  const notices = (['info', 'warning'] as const).map((level) => ({ type: 'notice', level, text: 'so\u001b' }) as const);
  expect(report('text', notices).err).toBe('note: so\nwarning: so\n');
});

describe('JSON', () => {
  test('one document, true to the schema', () => {
    const document = JSON.parse(report('json', events).out);
    expectTrace('', document);
    expect(document.start).toMatchObject({
      host: 'host.example',
      port: 33_434,
      timestamp: { timesecs: 1_767_323_045 },
    });
    expect(document.hops[0].addresses[0]).toEqual({
      ip: '10.0.0.1',
      name: null,
      rtts_ms: [0.5, 0.25, 12.3456],
      country: null,
      asn: null,
      as_name: null,
      label: 'private',
      codes: [],
      mpls: [],
      reply_ttl: 64,
      return_hops: 1,
    });
    expect(document.hops[1].addresses[0]).toMatchObject({ country: 'US', asn: 15_169, as_name: 'Google LLC' });
    expect(document.hops[3].addresses[0].mpls[1]).toEqual({
      label: 17,
      traffic_class: 0,
      bottom_of_stack: true,
      ttl: 1,
    });
    expect(document.end).toEqual({ reason: 'refused', hops: 5, seconds: 1.25, rate_limited_ttls: [2] });
  });

  test('rate limiting learnt at the end is in the document', () => {
    const { hops: told } = JSON.parse(report('json', events).out);
    expect(told.map((entry: { rate_limited: boolean }) => entry.rate_limited)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  test.each([
    { name: 'at once', before: [] },
    { name: 'on the way', before: [start, ...hops] },
  ])('a trace that failed $name is still a document', ({ before }) => {
    const document = JSON.parse(report('json', [...before, failure]).out);
    expectTrace('', document);
    expect(document).toMatchObject({ end: null, error: 'cannot send: try', error_code: 'unreachable' });
    expect(document.hops).toHaveLength(Math.max(0, before.length - 1));
  });

  test('a trace that was told to its end and failed all the same is one document', () => {
    const document = JSON.parse(report('json', [...events, failure]).out);
    expectTrace('', document);
    expect(document).toMatchObject({ end: { reason: 'refused' }, error_code: 'unreachable' });
  });

  test('one line an event', () => {
    const lines = report('json-stream', [...events, failure])
      .out.split('\n')
      .slice(0, -1);
    const names = ['start', 'hop', 'hop', 'hop', 'hop', 'hop', 'end', 'error'];
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(names);
    for (const line of lines) expectTrace('#/definitions/line', JSON.parse(line));
  });

  test('what a server of the original does not tell is null, and not in the text', () => {
    const { type, wallMs, host, ip, family, firstHop, queries } = start;
    const told: TraceStart = { type, wallMs, direction: 'reverse', host, ip, family, firstHop, queries };
    const document = JSON.parse(report('json', [told, end]).out);
    expectTrace('', document);
    expect(document.start).toMatchObject({ protocol: null, prober: null, max_hops: null, timeout_seconds: null });
    expect(textOf([told])).toEqual(['traceroute from host.example back to 192.0.2.9']);
    const known = { ...told, serverIp: '198.51.100.10' };
    expect(textOf([known])).toEqual(['traceroute from host.example (198.51.100.10) back to 192.0.2.9']);
    const named = JSON.parse(report('json', [known, end]).out);
    expectTrace('', named);
    expect(named.start.server_ip).toBe('198.51.100.10');
  });

  test('the schema refuses what is not so', () => {
    const document = JSON.parse(report('json', events).out);
    expect(isTrace('', document)).toBe(true);
    expect(isTrace('', { ...document, hops: [{ ttl: 0 }] })).toBe(false);
    expect(isTrace('', { ...document, end: { ...document.end, reason: 'bored' } })).toBe(false);
  });
});
