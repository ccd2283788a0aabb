/** The route back, as a server of the original tells it: a live one on Debian's Python, and ones that tell nonsense. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { runReverseTracePlan } from '../../../src/client.js';
import { legacyRoute } from '../../../src/dialects/legacy/client/route.js';
import type { NoticeEvent } from '../../../src/events/load.js';
import type { TraceEvent } from '../../../src/events/route.js';
import type { Host } from '../../../src/host/host.js';
import { nodeHost } from '../../../src/host/node.js';
import type { ReverseTraceTools } from '../../../src/modes/route/client.js';
import { completeTraceWish } from '../../../src/plan/complete.js';
import type { ReverseTracePlan, TraceWish } from '../../../src/plan/plan.js';
import { traceReporters } from '../../../src/report/make-route.js';
import { Kept } from '../../report/kept.js';
import { FakeClock } from '../../support/fake-clock.js';
import { startLegacyServer } from '../../support/legacy/peers.js';
import { describeNeeding, pythonModule } from '../../support/needs.js';
import { reverseTracePlan } from '../../support/plans.js';
import { askingAs, collectTrace } from '../../support/routes.js';
import { startFakeServer } from './fake-server.js';

const collect = (
  port: number,
  changes: Partial<ReverseTracePlan> = {},
  tools: ReverseTraceTools & { readonly host?: Host } = {},
) => collectTrace(askingAs(legacyRoute)(reverseTracePlan(port, changes), tools));

const hop = (data: object) => JSON.stringify({ type: 'hop', data });
const plain = { ttl: 1, ip: '192.0.2.1', name: '192.0.2.1', rtt: 1.5, country: '', asn: '' };
const end = '{"type":"end"}';

/** What a client makes of a server that answers its wish with `texts`. */
async function traceOf(texts: readonly string[], tools: ReverseTraceTools & { readonly host?: Host } = {}) {
  const tell = (ws: WebSocket) => {
    for (const text of texts) ws.send(text);
  };
  const answer = (ws: WebSocket) => ws.on('message', () => tell(ws));
  return collect(await startFakeServer(onTestFinished, answer), {}, tools);
}

describeNeeding('a live server of the original', [pythonModule('websockets', 'python3-websockets')], () => {
  it('tells the route to this machine', async () => {
    const { port } = await startLegacyServer(onTestFinished);
    const { all, hops, last, error } = await collect(port, { trace: completeTraceWish({}) });
    expect(error).toBeUndefined();
    expect(all[0]).toMatchObject({ type: 'notice', text: expect.stringContaining('the original wperf') });
    expect(all[1]).toMatchObject({ type: 'trace-start', host: '127.0.0.1', ip: '127.0.0.1', family: 4, queries: 1 });
    expect(hops.map(({ ttl, sent, lost }) => [ttl, sent, lost])).toEqual([
      [1, 1, 0],
      [2, 1, 1],
      [3, 1, 0],
      [4, 1, 0],
    ]);
    expect(hops.map(({ addresses }) => addresses)).toEqual([
      [{ ip: '192.168.1.1', name: 'gateway.lan', rttsMs: [0.412], codes: [], mpls: [] }],
      [],
      [
        {
          ...{ ip: '8.8.8.8', name: 'dns.google', rttsMs: [9.871], codes: [], mpls: [] },
          ...{ country: 'US', asn: 15169, asName: 'Google LLC' },
        },
      ],
      [{ ip: '127.0.0.1', rttsMs: [0.412], codes: [], mpls: [] }],
    ]);
    expect(hops[1]?.rtt).toBeNull();
    expect(last).toMatchObject({ type: 'trace-end', reason: 'target', hops: 4 });
    expect(printed(all)).toContain('3  [US, AS15169 Google LLC]            dns.google (8.8.8.8)');
  });

  it('asks for the token first', async () => {
    const { port } = await startLegacyServer(onTestFinished, ['--token', 'sesame']);
    expect((await collect(port, { token: 'sesame' })).hops).toHaveLength(4);
    expect((await collect(port, { token: 'simsim' })).error).toMatch(/^token-rejected: .*Invalid token: give the same/);
    expect((await collect(port)).error).toMatch(/^token-required: .*Invalid token/);
  });

  it('says why it cannot trace', async () => {
    const { port } = await startLegacyServer(onTestFinished, ['--trace-error', 'needs \u001b[31mroot']);
    expect((await collect(port)).error).toMatch(/^request-refused: 127\.0\.0\.1:\d+: needs {2}\[31mroot$/);
  });
});

const makeText = await traceReporters('text');

function printed(events: readonly (TraceEvent | NoticeEvent)[]): string {
  const [out, err] = [new Kept(), new Kept()];
  const reporter = makeText({ out, err, columns: () => undefined, color: false }, { annotated: true });
  for (const event of events) reporter.event(event);
  return out.text;
}

describe('a route that is told', () => {
  it('without an answer at its end did not reach this machine', async () => {
    const { last } = await traceOf([hop(plain), hop({ ...plain, ttl: 2, ip: '*', rtt: -1 }), end]);
    expect(last).toMatchObject({ reason: 'hops', hops: 2 });
    expect((await traceOf([end])).last).toMatchObject({ reason: 'hops', hops: 0 });
  });

  it.each<[Partial<TraceWish>, boolean]>([
    [{}, false],
    [{ maxHops: 5 }, true],
    [{ protocol: 'icmp' }, true],
    [{ names: false }, true],
  ])('is asked for without options, which a note says of %j', async (trace, isSaid) => {
    const port = await startFakeServer(onTestFinished, (ws) => ws.on('message', () => ws.send(end)));
    const { all } = await collect(port, { trace: completeTraceWish(trace) });
    const texts = all.flatMap((event) => (event.type === 'notice' ? event.text : []));
    expect(texts.includes('It cannot be asked for a trace of another kind than its own.')).toBe(isSaid);
  });

  it('is bounded and stripped, and silent where there is no time', async () => {
    const odd = [
      { ...plain, name: `a\u001b[2J b${'x'.repeat(400)}`, country: 'USA', asn: 'many' },
      { ttl: 7, ip: '2001:db8::1', rtt: 0 },
      { ...plain, ttl: 9, rtt: -1 },
      { ...plain, ttl: 255, asn: `AS64500 ${'n'.repeat(500)}\u0007`, country: 'de' },
    ];
    const { hops, error } = await traceOf([...odd.map(hop), end]);
    expect(error).toBeUndefined();
    const [first, second, third, fourth] = hops.map(({ addresses }) => addresses[0]);
    expect(first).toMatchObject({ ip: '192.0.2.1', name: expect.stringMatching(/^a_\[2J_bx{246}$/) });
    expect(first).not.toHaveProperty('asn');
    expect(first).not.toHaveProperty('country');
    expect(second).toEqual({ ip: '2001:db8::1', rttsMs: [0], codes: [], mpls: [] });
    expect(third).toBeUndefined();
    expect(fourth).toMatchObject({ asn: 64500, country: 'DE', asName: 'n'.repeat(120) });
  });

  it('gives way to what this machine knows of an address', async () => {
    const google = { ...plain, ip: '8.8.8.8', country: 'XX', asn: 'AS1 Nobody' };
    const annotate = (ip: string) => (ip === '8.8.8.8' ? { country: 'US', asn: 15169 } : {});
    const { hops } = await traceOf([hop(google), hop({ ...google, ttl: 2, ip: '9.9.9.9' }), end], { annotate });
    expect(hops[0]?.addresses[0]).toMatchObject({ country: 'US', asn: 15169 });
    expect(hops[0]?.addresses[0]).not.toHaveProperty('asName');
    expect(hops[1]?.addresses[0]).toMatchObject({ country: 'XX', asn: 1, asName: 'Nobody' });
  });

  it('ends with the hops so far when it is interrupted', async () => {
    const port = await startFakeServer(onTestFinished, (ws) => ws.on('message', () => ws.send(hop(plain))));
    const stop = new AbortController();
    const events: { readonly type: string }[] = [];
    for await (const event of askingAs(legacyRoute)(reverseTracePlan(port), { signal: stop.signal })) {
      events.push(event);
      if (event.type === 'trace-hop') stop.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: 'trace-end', reason: 'interrupted', hops: 1 });
    const early = await collect(port, {}, { signal: AbortSignal.abort() });
    expect(early).toMatchObject({ all: [], error: 'interrupted: interrupted before the first hop' });
  });

  it('is not waited for without end', async () => {
    const clock = new FakeClock();
    const port = await startFakeServer(onTestFinished, (ws) => ws.on('message', () => ws.send(hop(plain))));
    const passing = setInterval(() => clock.advance(1), 5);
    const { error, hops } = await collect(port, {}, { host: { ...nodeHost, clock } });
    clearInterval(passing);
    expect(error).toMatch(/^peer-lost: .* told of no hop for 30 s$/);
    expect(hops).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['the same hop twice', [hop(plain), hop(plain)], /^protocol-violation: .* its hops in disorder$/],
    ['hops backwards', [hop({ ...plain, ttl: 2 }), hop(plain)], /^protocol-violation: .* its hops in disorder$/],
    ['hops without end', Array.from({ length: 300 }, (_, i) => hop({ ...plain, ttl: i + 1 })), /ttl must be .* 255$/],
    ['a hop at no distance', [hop({ ...plain, ttl: 0 })], /ttl must be a whole number/],
    ['a hop that is no address', [hop({ ...plain, ip: 'host\u001b]' })], /data\.ip must be an address or \*$/],
    ['an endless round trip', [hop({ ...plain, rtt: 1e300 })], /data\.rtt must be a number/],
    ['a round trip in words', [hop({ ...plain, rtt: 'fast' })], /data\.rtt must be a number/],
    ['a hop without data', ['{"type":"hop"}'], /^protocol-violation: 127\.0\.0\.1:\d+: .*data must be an object$/],
    ['an unknown text', ['{"type":"pong","seq":0}'], /type must be one of hop, error, end$/],
    ['no JSON', ['\u0007'], /^protocol-violation: /],
    ['too long a text', ['x'.repeat(5000)], /^protocol-violation: .* a text of 5000 characters/],
    ['an error of many words', [`{"type":"error","message":"${'no '.repeat(1000)}"}`], /^request-refused: .{500,540}$/],
  ])('with %s is refused in one line', async (_what, texts, expected) => {
    const { error, last } = await traceOf(texts);
    expect(error).toMatch(expected);
    expect(error).not.toMatch(/\p{Cc}/u);
    expect(last?.type).not.toBe('trace-end');
  });

  it('by a server that goes is lost', async () => {
    const port = await startFakeServer(onTestFinished, (ws) => ws.on('message', () => ws.terminate()));
    expect((await collect(port)).error).toMatch(/^peer-lost: the connection with .* was closed by the other side/);
  });
});

describe('a client that asks for the route back', () => {
  /** Offers wperf.v1, as a client does first. */
  async function ask(changes: Partial<ReverseTracePlan>) {
    const answer = (ws: WebSocket) => ws.on('message', () => ws.send(end));
    const plan = reverseTracePlan(await startFakeServer(onTestFinished, answer), changes);
    return collectTrace(runReverseTracePlan(plan));
  }

  it('asks a server of the original in its own dialect', async () => {
    expect((await ask({ trace: completeTraceWish({}) })).all.map(({ type }) => type)).toEqual([
      'notice',
      'trace-start',
      'trace-end',
    ]);
  });

  it('warns of the token that it sends in the clear', async () => {
    const { all } = await ask({ token: 'sesame', legacyToken: true });
    const text = expect.stringContaining('gets the token as it is');
    expect(all).toContainEqual({ type: 'notice', level: 'warning', text });
  });

  it.each([
    [{ noLegacy: true }, /^not-wperf: .*--no-legacy refuses$/],
    [{ token: 'sesame' }, /^server-unproven: .*--legacy-token to send it all the same$/],
  ])('does not with %j', async (changes, expected) => {
    expect((await ask(changes)).error).toMatch(expected);
  });
});
