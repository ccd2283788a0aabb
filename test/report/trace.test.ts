import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { traceDocument, traceJsonReporter, traceJsonStreamReporter } from '../../src/report/trace-json.js';
import { traceTextReporter } from '../../src/report/trace-text.js';
import type { TraceEnd, TraceEvent, TraceHop, TraceStart } from '../../src/trace/events.js';
import type { HopAddress } from '../../src/trace/hop.js';

const start: TraceStart = {
  type: 'trace-start',
  wallMs: Date.UTC(2026, 0, 2, 3, 4, 5),
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

function textOf(shown: readonly TraceEvent[], annotated = false): string[] {
  const lines: string[] = [];
  const report = traceTextReporter((line) => lines.push(line), { annotated });
  for (const event of shown) report(event);
  return lines;
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
      'replies missing at hop 2 are rate limiting there, not loss on the path: later hops have them',
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

describe('JSON', () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true });
  const schema = JSON.parse(readFileSync(new URL('../../docs/trace.schema.json', import.meta.url), 'utf8'));
  ajv.addSchema(schema, 'trace');

  function expectValid(part: string, value: unknown): void {
    const validate = ajv.getSchema(`trace${part}`);
    expect(validate?.(value), JSON.stringify(validate?.errors)).toBe(true);
  }

  test('one document, true to the schema', () => {
    const texts: string[] = [];
    const report = traceJsonReporter((text) => texts.push(text));
    for (const event of events) report(event);
    expect(texts).toHaveLength(1);
    const document = JSON.parse(texts[0] ?? '');
    expectValid('', document);
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
    const limited = traceDocument(events).hops.map((entry) => entry.rate_limited);
    expect(limited).toEqual([false, true, false, false, false]);
  });

  test('a trace that failed early is still a document', () => {
    expectValid('', traceDocument([]));
    expectValid('', traceDocument([start, ...hops]));
    expect(traceDocument([])).toEqual({ start: null, hops: [], end: null });
  });

  test('one line an event', () => {
    const lines: string[] = [];
    const report = traceJsonStreamReporter((line) => lines.push(line));
    for (const event of events) report(event);
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['start', 'hop', 'hop', 'hop', 'hop', 'hop', 'end']);
    for (const line of lines) {
      expect(line).not.toContain('\n');
      expectValid('#/definitions/line', JSON.parse(line));
    }
  });

  test('the schema refuses what is not so', () => {
    const document = traceDocument(events);
    const validate = ajv.getSchema('trace');
    expect(validate?.({ ...document, hops: [{ ttl: 0 }] })).toBe(false);
    expect(validate?.({ ...document, end: { ...document.end, reason: 'bored' } })).toBe(false);
  });
});
