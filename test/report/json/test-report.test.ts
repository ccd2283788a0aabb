import { describe, expect, it } from 'vitest';
import type { StartEvent, StreamResult, TestEvent } from '../../../src/events/load.js';
import { latencyReport } from '../../../src/measure/latency/latency.js';
import type { TestPlan } from '../../../src/plan/plan.js';
import { DocumentBuilder } from '../../../src/report/json/document.js';
import { JsonStreamReporter } from '../../../src/report/json/stream.js';
import { jsonReporter } from '../../../src/report/json/whole.js';
import { endOf, failure, identity, intervalOf, simulation, startOf, withSocket } from '../fixtures.js';
import { Kept } from '../kept.js';
import { expectReport, expectStreamLine, isRefused, reportSchema } from '../schema.js';

function reportOf(events: readonly TestEvent[]) {
  const kept = new Kept();
  const reporter = jsonReporter(new DocumentBuilder(identity), kept);
  for (const event of events) reporter.event(event);
  return JSON.parse(kept.text);
}

function linesOf(events: readonly TestEvent[]) {
  const kept = new Kept();
  const reporter = new JsonStreamReporter(identity, kept);
  for (const event of events) reporter.event(event);
  return kept.parts.map((line) => {
    expect(line).toMatch(/^[^\n]+\n$/);
    return JSON.parse(line);
  });
}

const whole = (start: StartEvent): TestEvent[] => [start, intervalOf(start, 0), intervalOf(start, 1), endOf(start)];
const missing = startOf();
const openEnded = startOf({ seconds: 86_400 }, { role: 'server', dialect: 'legacy' });
const loaded = { idleMs: [20, 21, 22], loadedMs: [120, 121, 122], unansweredMs: [] };
const partial = startOf({}, { title: 'night', extraData: '42', rtt: { samples: 1, minMs: 1, avgMs: 1, maxMs: 1 } });

const lost = (start: StartEvent, result: Partial<StreamResult>): TestEvent => ({
  ...failure,
  partial: endOf(start, { interrupted: true, cpu: { local: { total: 1, user: 1, system: 0 }, remote: null } }, result),
});

const tests: [string, TestEvent[]][] = [
  ...(['up', 'down', 'bidir'] as const).flatMap((direction) =>
    [1, 2].map((streams): [string, TestEvent[]] => [
      `${direction} over ${streams}`,
      whole(startOf({ direction, streams })),
    ]),
  ),
  ['a test by bytes', whole(startOf({ bytes: 1000, seconds: 86_400, untimed: true }))],
  ['an omitted second', [startOf({ omitSeconds: 1 }), intervalOf(startOf(), 0, true), endOf(startOf())]],
  ['an upload of the original', whole(openEnded)],
  ['a server', whole(startOf({}, { role: 'server' }))],
  ['simulated conditions', [startOf({}, { simulation }), endOf(startOf(), { simulation })]],
  [
    'missing figures',
    [
      missing,
      endOf(
        missing,
        { cpu: { local: { total: 1, user: 1, system: 0 }, remote: null } },
        { sent: null, received: null },
      ),
    ],
  ],
  [
    'a partial figure',
    [partial, endOf(partial, { warnings: ['Hm.'], interrupted: true, serverOutput: 'x' }, { partial: true })],
  ],
  ...(['up', 'down', 'bidir'] as const).map((direction): [string, TestEvent[]] => [
    `latency, ${direction}`,
    [missing, endOf(missing, { latency: latencyReport(direction, loaded) })],
  ]),
  [
    'latency without samples',
    [missing, endOf(missing, { latency: latencyReport('up', { idleMs: [], loadedMs: [], unansweredMs: [] }) })],
  ],
  ['bounds that held', [missing, endOf(missing, { failedChecks: [] })]],
  [
    'bounds that broke',
    [
      missing,
      endOf(missing, {
        failedChecks: [
          { check: 'rate', direction: 'up', figure: null, bound: 1e9 },
          { check: 'latency', direction: 'both', figure: 51.5, bound: 50 },
        ],
      }),
    ],
  ],
  ['options of sockets', whole(startOf({}, { socket: withSocket }))],
  ['a failure before the start', [failure]],
  ['a failure midway', [startOf(), intervalOf(startOf(), 0), failure]],
  ['a failure with figures', [missing, intervalOf(missing, 0), lost(missing, { received: null })]],
  ['a failure with partial figures', [partial, intervalOf(partial, 0), lost(partial, { partial: true })]],
  ['a notice', [startOf(), { type: 'notice', level: 'info', text: 'less' }, endOf(startOf())]],
];

describe('the JSON report', () => {
  it('tells round trips one by one where that is asked for', () => {
    const trips = {
      idleMs: [1],
      loaded: [
        { atSeconds: 0.1, rttMs: 2 },
        { atSeconds: 0.2, rttMs: null },
      ],
      oneOf: 1,
    };
    const latency = { ...latencyReport('up', loaded), trips };
    const kept = new Kept();
    const reporter = jsonReporter(new DocumentBuilder(identity, { withTrips: true }), kept);
    for (const event of [startOf(), endOf(startOf(), { latency })]) reporter.event(event);
    const asked = JSON.parse(kept.text);
    expectReport(asked);
    expect(asked.end.latency?.samples).toEqual({
      idle_ms: [1],
      loaded: [
        { seconds: 0.1, rtt_ms: 2 },
        { seconds: 0.2, rtt_ms: null },
      ],
      one_of: 1,
    });
    expect(reportOf([startOf(), endOf(startOf(), { latency })]).end.latency).not.toHaveProperty('samples');
  });

  it('makes up no length of a test whose client alone knows it', () => {
    const { test_parameters: asked, test_start: granted } = reportOf(whole(openEnded)).start ?? {};
    expect([asked.time, granted.duration]).toEqual([null, 0]);
  });

  it('tells of the options of sockets as iperf3 does, and what came of them', () => {
    const plain = reportOf(whole(startOf())).start ?? {};
    expect(plain).toMatchObject({ sock_bufsize: 0, tcp_mss_default: 1448, test_start: { tos: 0 } });
    expect(plain).not.toHaveProperty('socket_options');
    const asked = reportOf(whole(startOf({}, { socket: withSocket }))).start ?? {};
    expect(asked).toMatchObject({
      sock_bufsize: 65_536,
      sndbuf_actual: 131_072,
      rcvbuf_actual: 131_072,
      tcp_mss: 1000,
    });
    expect(asked).not.toHaveProperty('tcp_mss_default');
    expect(asked.test_start).toMatchObject({ tos: 40 });
    expect(asked.socket_options).toMatchObject({ asked: { local_port: 5000, device: null }, remote: { mss: 988 } });
  });

  it.each(tests)('of %s keeps to its schema, whole and in lines', (_name, events) => {
    expectReport(reportOf(events));
    for (const line of linesOf(events)) expectStreamLine(line);
  });

  it.each(tests)('of %s agrees with itself', (_name, events) => {
    const { intervals, end } = reportOf(events);
    const spans = [
      ...intervals.flatMap((interval: { streams: unknown[]; sum: unknown }) => [...interval.streams, interval.sum]),
      ...(end.streams ?? []).flatMap(({ sender, receiver }: Record<string, unknown>) => [sender, receiver]),
      ...[end.sum_sent, end.sum_received, end.sum_sent_bidir_reverse].filter((sum) => sum !== undefined),
    ].filter((span) => !span.missing);
    for (const span of spans) {
      expect(span.seconds).toBeCloseTo(span.end - span.start);
      expect(span.bits_per_second).toBeCloseTo((span.bytes * 8) / span.seconds);
    }
  });

  it('names both directions as iperf3 does', () => {
    const { intervals, end, start } = reportOf(whole(startOf({ direction: 'bidir' })));
    expect(start.test_start).toMatchObject({ bidir: 1, reverse: 0 });
    expect(intervals[0].sum.sender).toBe(true);
    expect(intervals[0].sum_bidir_reverse.sender).toBe(false);
    expect(end.sum_sent.sender).toBe(true);
    expect(end.sum_received_bidir_reverse.sender).toBe(false);
    const down = reportOf(whole(startOf({ direction: 'down' })));
    expect(down.end.sum_received).toMatchObject({ sender: false, bytes: 250_000_000 });
    expect(down.start.test_start).toMatchObject({ bidir: 0, reverse: 1 });
  });

  it('names a sum by its direction also while the other one is late', () => {
    const start = startOf({ direction: 'bidir' });
    const { sums, ...rest } = intervalOf(start, 0);
    const late: TestEvent = { ...rest, sums: sums.filter(({ direction }) => direction === 'down') };
    const [, inLines] = linesOf([start, late]);
    for (const interval of [reportOf([start, late, endOf(start)]).intervals[0], inLines.data]) {
      expect(interval).not.toHaveProperty('sum');
      expect(interval.sum_bidir_reverse.sender).toBe(false);
    }
  });

  it('escapes what a terminal might obey, and says the same', () => {
    const title = 'a\u001b[2J\u009b31m\u202eb\n';
    const start = startOf({}, { title });
    const kept = new Kept();
    const reporters = [jsonReporter(new DocumentBuilder(identity), kept), new JsonStreamReporter(identity, kept)];
    for (const event of [start, endOf(start)]) for (const reporter of reporters) reporter.event(event);
    expect(kept.text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(reportOf([start, endOf(start)]).title).toBe(title);
    expect(linesOf([start])[0].data.title).toBe(title);
  });

  it('of a failure before the start has no streams, as iperf3', () => {
    expect(reportOf([failure])).toMatchObject({ start: { connected: [] }, intervals: [], end: {} });
  });

  it('marks what is missing or partial', () => {
    const { end } = reportOf([missing, endOf(missing, {}, { sent: null })]);
    expect(end.sum_sent).toMatchObject({ bytes: null, bits_per_second: null, missing: true });
    expect(reportOf([partial, endOf(partial, {}, { partial: true })]).end.sum_received.partial).toBe(true);
  });

  it('tells of latency as JSON does, in milliseconds', () => {
    const { latency } = reportOf([missing, endOf(missing, { latency: latencyReport('up', loaded) })]).end;
    expect(latency).toMatchObject({ bufferbloat_ms: 100, grade: 'C', loaded_down: null });
    expect(latency.idle).toEqual({
      ...{ samples: 3, min_ms: 20, median_ms: 21, max_ms: 22 },
      ...{ p95_ms: expect.closeTo(21.9, 9), p99_ms: expect.closeTo(21.98, 9) },
    });
    expect(latency.rpm).toBeCloseTo(60_000 / 121, 9);
  });

  it('carries the error beside what there was', () => {
    expect(reportOf([startOf(), intervalOf(startOf(), 0), failure])).toMatchObject({
      intervals: [{}],
      end: {},
      error: 'server.example:8765 refused the connection: is it there?',
      error_code: 'connection-refused',
    });
    expect(reportOf([missing, lost(missing, { sent: null, partial: true })])).toMatchObject({
      end: { interrupted: true, sum_sent: { missing: true }, sum_received: { bytes: 250_000_000, partial: true } },
      error_code: 'connection-refused',
    });
    const lines = linesOf([missing, lost(missing, { partial: true })]);
    expect(lines.map((line) => line.event)).toEqual(['start', 'end', 'error']);
  });

  it('carries title, extra data, notes and the server output', () => {
    const notice = { type: 'notice', level: 'info', text: 'less' } as const;
    expect(reportOf([partial, notice, endOf(partial, { serverOutput: 'hi\n' })])).toMatchObject({
      title: 'night',
      extra_data: '42',
      notes: ['less'],
      server_output_text: 'hi\n',
    });
    const json = { serverOutputJson: { start: { version: 'iperf 3.12' } } };
    expect(reportOf([partial, endOf(partial, json)])).toMatchObject({ server_output_json: json.serverOutputJson });
    const line = { event: 'server_output_json', data: json.serverOutputJson };
    expect(linesOf([partial, endOf(partial, json)])).toContainEqual(line);
  });

  it('has a schema that refuses a wrong type, a lost key and a stranger', () => {
    const good = reportOf(whole(startOf()));
    expect(isRefused(good)).toBe(false);
    expect(isRefused({ ...good, end: { ...good.end, sum_sent: { ...good.end.sum_sent, bytes: '1' } } })).toBe(true);
    expect(isRefused({ ...good, start: { ...good.start, cookie: undefined } })).toBe(true);
    expect(isRefused({ ...good, extra: 1 })).toBe(true);
    expect(isRefused({ ...good, error: 'without a code' })).toBe(true);
    const sum = { ...good.intervals[0].sum, stranger: 1 };
    expect(isRefused({ ...good, intervals: [{ ...good.intervals[0], sum }] })).toBe(true);
  });

  it('takes a plan by time and one by bytes for what they are', () => {
    const parameters = (test: Partial<TestPlan>) => reportOf(whole(startOf(test))).start;
    expect(parameters({}).test_start).toMatchObject({ duration: 2, bytes: 0 });
    expect(parameters({ bytes: 7 }).test_start).toMatchObject({ duration: 2, bytes: 7 });
    expect(parameters({ bytes: 7, seconds: 86_400, untimed: true }).test_start).toMatchObject({
      duration: 0,
      bytes: 7,
    });
    const endless = parameters({ seconds: 86_400, untimed: true });
    expect([endless.test_start, endless.test_parameters]).toMatchObject([{ duration: 0, bytes: 0 }, { time: 0 }]);
    const day = parameters({ seconds: 86_400 });
    expect([day.test_start, day.test_parameters]).toMatchObject([{ duration: 86_400 }, { time: 86_400 }]);
    expect(parameters({ bytes: 7, streams: 3 }).test_parameters).toMatchObject({
      bytes: 7,
      parallel: 3,
      reverse: false,
    });
  });

  it('has a schema that tells what each figure means', () => {
    const untold = figuresOf(reportSchema).filter(({ description }) => description === undefined);
    expect(untold).toEqual([]);
    expect(figuresOf(reportSchema).length).toBeGreaterThan(50);
  });
});

type Schema = Record<string, unknown>;

/** The numeric properties of a schema, wherever they are, with the description of each or of what it refers to. */
function figuresOf(schema: Schema): { path: string; description: unknown }[] {
  const definitions = schema.$defs as Record<string, Schema>;
  const isFigure = ({ type, const: fixed }: Schema) =>
    [type].flat().some((name) => name === 'number' || name === 'integer') || typeof fixed === 'number';
  const walk = (node: unknown, path: string): { path: string; description: unknown }[] => {
    if (typeof node !== 'object' || node === null) return [];
    return Object.entries(node).flatMap(([key, value]) => {
      const inner = walk(value, `${path}/${key}`);
      if (key !== 'properties') return inner;
      const own = Object.entries(value as Record<string, Schema>).flatMap(([name, property]) => {
        const target = definitions[String(property.$ref).replace('#/$defs/', '')] ?? {};
        if (!isFigure({ ...target, ...property })) return [];
        return [{ path: `${path}/${name}`, description: property.description ?? target.description }];
      });
      return [...own, ...inner];
    });
  };
  return walk(schema, '');
}
