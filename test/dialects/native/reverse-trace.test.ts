/** Routes back over loopback sockets: the real server, traces that the tests make, and peers that misbehave. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { nativeRoute } from '../../../src/dialects/native/client/route.js';
import { WperfError } from '../../../src/errors.js';
import type { TraceEnd, TraceEvent, TraceHop } from '../../../src/events/route.js';
import { traceBothRoutes } from '../../../src/modes/route/both.js';
import type { ReverseTraceTools } from '../../../src/modes/route/client.js';
import type { JobTools, TraceJob } from '../../../src/modes/route/desk/back.js';
import { parseCidr } from '../../../src/net/networks.js';
import type { ReverseTracePlan, ServerPlan } from '../../../src/plan/plan.js';
import { type ServerRunOptions, startServerPlan } from '../../../src/server/server.js';
import { hello } from '../../support/hello.js';
import { reverseTracePlan, usualWish } from '../../support/plans.js';
import { askingAs, collectTrace } from '../../support/routes.js';

async function serve(plan: Partial<ServerPlan> = {}, options: ServerRunOptions = {}) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, options);
  onTestFinished(() => server.close());
  const notices: string[] = [];
  server.on('notice', (notice) => notices.push(notice.text));
  return { server, port: server.address.port, notices };
}

const askNative = askingAs(nativeRoute);
const ask = (port: number, changes: Partial<ReverseTracePlan> = {}, tools: ReverseTraceTools = {}) =>
  collectTrace(askNative(reverseTracePlan(port, changes), tools));

/** A trace that goes on, a silent hop at a time, until it is stopped or `hops` are told. */
function slowTrace(hops: number, eachMs = 20) {
  const running = new Set<TraceJob>();
  async function* traceBack(
    { target: ip, ...job }: TraceJob,
    { signal, onPackets }: JobTools,
  ): AsyncGenerator<TraceEvent> {
    const { firstHop, maxHops, queries, timeoutSeconds } = job.wish;
    const key = { target: ip, ...job };
    running.add(key);
    try {
      const probing = { protocol: 'udp', prober: 'linux-raw', port: 33_434 } as const;
      const start = { type: 'trace-start', wallMs: 0, direction: 'forward', host: ip, ip, family: 4 } as const;
      yield { ...start, ...probing, firstHop, maxHops, queries, timeoutSeconds };
      let ttl = 0;
      while (ttl < hops && !signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, eachMs));
        onPackets(3);
        yield silentHop(++ttl);
      }
      yield endOf(signal.aborted ? 'interrupted' : 'hops', ttl);
    } finally {
      running.delete(key);
    }
  }
  return { running, traceBack };
}

const silentHop = (ttl: number): TraceHop => ({
  ...{ type: 'trace-hop', ttl, addresses: [], sent: 3, lost: 3, rtt: null, rateLimited: false },
});
const endOf = (reason: TraceEnd['reason'], hops: number): TraceEnd => ({
  ...{ type: 'trace-end', reason, hops, seconds: 1, rateLimitedTtls: [] },
});

describe.skipIf(process.platform !== 'linux')('a route back over loopback', () => {
  it.each(['127.0.0.1', '::1'])('from %s is one hop, annotated here', async (host) => {
    const { server, notices } = await serve({ host });
    const target = { host, port: server.address.port, secure: false, path: '/' };
    const { start, hops, end, error } = await ask(0, { target }, { annotate: (ip) => ({ label: `range of ${ip}` }) });
    expect(error).toBeUndefined();
    expect(start).toMatchObject({ direction: 'reverse', host, ip: host, maxHops: 30, queries: 3 });
    expect(start?.seen).toMatchObject({ host, source: 'connection', translated: false, local: { host } });
    expect(start?.seen?.port).toBe(start?.seen?.local.port);
    expect(start?.shared).toBeUndefined();
    expect(hops).toMatchObject([
      { ttl: 1, sent: 3, lost: 0, end: 'target', addresses: [{ ip: host, label: `range of ${host}`, returnHops: 1 }] },
    ]);
    expect(end).toMatchObject({ reason: 'target', hops: 1, rateLimitedTtls: [] });
    await vi.waitFor(() =>
      expect(notices.join('\n').replace(/0\.\d s/, 'TIME')).toContain(
        `route to ${host} traced: 1 hop in TIME, up to the client`,
      ),
    );
    expect(notices[0]).toMatch(/: asks for the route back \(auto, at most 30 hops\)$/);
  });

  it('is kept for the next, and told to be', async () => {
    const { port } = await serve();
    await ask(port);
    const { start, hops, end } = await ask(port);
    expect(start?.shared?.kind).toBe('kept');
    expect(hops).toHaveLength(1);
    expect(end?.reason).toBe('target');
    expect((await ask(port, { trace: { ...usualWish, queries: 2 } })).start?.shared).toBeUndefined();
  });

  it('says where hops are to those who ask, out of the trace of one who did not', async () => {
    const known = { country: 'NL', asn: 64_500, asName: 'Example', label: 'of the server' };
    const asked: string[] = [];
    const annotate = async (ip: string) => {
      asked.push(ip);
      return known;
    };
    const { port } = await serve({}, { annotate });
    expect((await ask(port)).hops[0]?.addresses[0]).not.toHaveProperty('country');
    expect(asked).toEqual([]);
    const { start, hops } = await ask(port, { places: true });
    expect(start?.shared?.kind).toBe('kept');
    expect(hops[0]?.addresses[0]).toMatchObject({ ip: '127.0.0.1', country: 'NL', asn: 64_500, asName: 'Example' });
    expect(hops[0]?.addresses[0]).not.toHaveProperty('label');
    const own = await ask(port, { places: true }, { annotate: () => ({ country: 'DE' }) });
    expect(own.hops[0]?.addresses[0]).toMatchObject({ country: 'DE', asn: 64_500 });
    const { port: ignorant } = await serve();
    expect((await ask(ignorant, { places: true })).hops[0]?.addresses[0]).not.toHaveProperty('country');
  });

  it('stands beside the route there', async () => {
    const { port } = await serve();
    const seen: string[] = [];
    for await (const { direction, event } of traceBothRoutes(reverseTracePlan(port), askNative)) {
      seen.push(`${direction} ${event.type}`);
      if (event.type === 'trace-start') expect(event).toMatchObject({ direction, host: '127.0.0.1' });
    }
    const each = ['trace-start', 'trace-hop', 'trace-end'];
    expect(seen.filter((text) => text.startsWith('forward'))).toEqual(each.map((type) => `forward ${type}`));
    expect(seen.filter((text) => text.startsWith('reverse'))).toEqual(each.map((type) => `reverse ${type}`));
  });

  it('needs the token where there is one, and counts as the one test of a one-off server', async () => {
    const { server, port } = await serve({ token: 'sesame', oneOff: true, traces: { authOnly: true } });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    expect((await ask(port)).error).toMatch(/^token-required/);
    expect((await ask(port, { token: 'sesame' })).end?.reason).toBe('target');
    await closed;
  });
});

describe('a route back', () => {
  it('is told hop by hop, with what was cut down', async () => {
    const { traceBack } = slowTrace(4);
    const { port } = await serve({ traces: { packets: 20 } }, { traceBack });
    const { all, notices, start } = await ask(port, { trace: { ...usualWish, maxHops: 40 } });
    expect(notices).toEqual([
      'The server sends 1 and not 3 probes to a hop.',
      'The server looks no farther than 20 hops.',
    ]);
    expect(start).toMatchObject({ maxHops: 20, queries: 1 });
    expect(all.map(({ type }) => type)).toEqual([
      ...['notice', 'notice', 'trace-start', 'trace-hop', 'trace-hop', 'trace-hop', 'trace-hop', 'trace-end'],
    ]);
  });

  it('is shared by those who ask meanwhile, each with the hops so far', async () => {
    const { traceBack } = slowTrace(10);
    const { port } = await serve({}, { traceBack });
    const asked: ReturnType<typeof ask>[] = [ask(port)];
    for (let client = 0; client < 3; client++) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      asked.push(ask(port));
    }
    for (const { hops, end } of await Promise.all(asked)) {
      expect(hops.map(({ ttl }) => ttl)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(end?.reason).toBe('hops');
    }
    expect((await asked[3])?.start?.shared).toMatchObject({ kind: 'joined' });
  });

  it.each([
    [
      'refuses other settings meanwhile',
      {},
      'a trace to 127.0.0.1 with other settings is running: ask again when it has',
    ],
    ['offers none', { offered: false }, 'this server traces no routes for its clients'],
    ['asks for a token', { authOnly: true }, 'this server traces routes only for clients that prove its token'],
  ])('is not to be had from a server that %s', async (_what, traces, text) => {
    const { traceBack } = slowTrace(100);
    const { port, notices } = await serve({ traces }, { traceBack });
    const leave = new AbortController();
    const first = ask(port, {}, { signal: leave.signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { error } = await ask(port, { trace: { ...usualWish, queries: 1 } });
    expect(error).toMatch(/^request-refused: 127\.0\.0\.1:\d+: /);
    expect(error).toContain(text);
    leave.abort();
    await first;
    await vi.waitFor(() => expect(notices.join('\n')).toContain(text));
  });

  it('of which nothing can be told says why', async () => {
    const traceBack = async function* (): AsyncGenerator<TraceEvent> {
      yield* [];
      throw new WperfError('trace-unavailable', 'no way to send probes from here', { hint: 'install koffi' });
    };
    const { port } = await serve({}, { traceBack });
    const { error } = await ask(port);
    expect(error).toMatch(
      /^request-refused: .*: the server cannot trace: no way to send probes from here: install koffi$/,
    );
  });

  it('stops when its client leaves, in whatever way', async () => {
    const { running, traceBack } = slowTrace(1000);
    const { port, notices } = await serve({ traces: { cacheSeconds: 0 } }, { traceBack });
    for (const leave of ['break', 'abort'] as const) {
      const stop = new AbortController();
      for await (const event of askNative(reverseTracePlan(port), { signal: stop.signal })) {
        if (event.type === 'trace-hop' && event.ttl === 2) expect(running.size).toBe(1);
        if (event.type === 'trace-hop' && event.ttl === 3) {
          if (leave === 'break') break;
          stop.abort();
        }
        if (event.type === 'trace-end') expect(event).toMatchObject({ reason: 'interrupted' });
      }
      await vi.waitFor(() => expect(running.size).toBe(0));
    }
    const ws = await rawClient(port);
    await vi.waitFor(() => expect(running.size).toBe(1));
    ws.terminate();
    await vi.waitFor(() => expect(running.size).toBe(0));
    await vi.waitFor(() => expect(notices.join('\n')).toContain('left before the end of the route to 127.0.0.1'));
  });

  it('goes on for those who stay', async () => {
    const { running, traceBack } = slowTrace(12);
    const { port } = await serve({}, { traceBack });
    const stop = new AbortController();
    const first = ask(port, {}, { signal: stop.signal });
    const second = ask(port);
    await vi.waitFor(() => expect(running.size).toBe(1));
    stop.abort();
    expect((await first).error ?? (await first).end?.reason).toMatch(/interrupted/);
    expect((await second).end).toMatchObject({ reason: 'hops', hops: 12 });
  });

  it('ends with the server, when it is stopped', async () => {
    const { traceBack } = slowTrace(1000);
    const { server, port } = await serve({}, { traceBack });
    const told = ask(port);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await server.close();
    const { end, error } = await told;
    expect(end?.reason).toBe('interrupted');
    expect(error).toBe(`peer-terminated: 127.0.0.1:${port} was stopped before the end of the trace`);
  });

  it('leads to the client that a trusted proxy names, where the server allows that', async () => {
    const { traceBack, running } = slowTrace(2);
    const headers = [['X-Forwarded-For', '203.0.113.50']] as const;
    const trustProxy = [parseCidr('127.0.0.0/8')].flatMap((cidr) => cidr ?? []);
    const refusing = await serve({ trustProxy }, { traceBack });
    expect((await ask(refusing.port, { headers })).error).toMatch(/^request-refused: .* comes through a proxy/);
    const { port, notices } = await serve({ trustProxy, traces: { behindProxy: true } }, { traceBack });
    const { start, hops } = await ask(port, { headers });
    expect(start).toMatchObject({ ip: '203.0.113.50', seen: { source: 'x-forwarded-for', translated: true } });
    expect(start?.seen?.port).toBeUndefined();
    expect(hops).toHaveLength(2);
    expect((await ask(port, { headers, trace: { ...usualWish, protocol: 'inband' } })).hops).toHaveLength(2);
    expect(running.size).toBe(0);
    expect(notices.join()).toContain('route to 203.0.113.50 traced');
    expect((await ask(port, { headers: [['X-Forwarded-For', '224.0.0.1']] })).error).toMatch(
      /224\.0\.0\.1 is multicast/,
    );
    expect((await ask(port, { headers: [['X-Forwarded-For', '127.0.0.1']] })).error).toMatch(/address of the server/);
  });

  it('given up beforehand is not asked for', async () => {
    const { port } = await serve();
    expect((await ask(port, {}, { signal: AbortSignal.abort() })).error).toBe(
      'interrupted: interrupted before the first hop',
    );
  });
});

/** Says hello for a trace, and start, and no more. */
async function rawClient(port: number, trace: object = usualWish): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
  ws.on('error', () => {});
  await new Promise((resolve) => ws.once('open', resolve));
  ws.send(JSON.stringify({ ...hello, mode: 'traceroute', trace }));
  ws.send(JSON.stringify({ type: 'start' }));
  return ws;
}

describe('a client that', () => {
  it.each([
    ['says nothing of the trace', undefined, 'a hello for a trace does not say which'],
    ['names a TTL of 0', { ...usualWish, firstHop: 0 }, 'trace.firstHop must be a whole number from 1 to 255'],
    ['names 1000 hops', { ...usualWish, maxHops: 1000 }, 'trace.maxHops must be'],
    ['ends before it begins', { ...usualWish, firstHop: 9, maxHops: 3 }, 'trace.firstHop is larger than trace.maxHops'],
    ['floods', { ...usualWish, queries: 11 }, 'trace.queries must be'],
    ['never waits', { ...usualWish, timeoutSeconds: 0 }, 'trace.timeoutSeconds must be'],
    ['waits forever', { ...usualWish, timeoutSeconds: 1e9 }, 'trace.timeoutSeconds must be'],
    ['invents a protocol', { ...usualWish, protocol: 'gre' }, 'trace.protocol must be one of'],
    ['is no object', 'trace', 'trace must be an object'],
  ])('%s is refused', async (_what, trace, reason) => {
    const { traceBack, running } = slowTrace(1000);
    const { port, notices } = await serve({}, { traceBack });
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
    const texts: string[] = [];
    ws.on('error', () => {});
    ws.on('message', (data) => texts.push(String(data)));
    ws.on('open', () => ws.send(JSON.stringify({ ...hello, mode: 'traceroute', trace })));
    const code = await new Promise((resolve) => ws.on('close', resolve));
    expect(code).toBe(1002);
    expect(texts.join()).toContain(reason);
    await vi.waitFor(() => expect(notices.join()).toContain(reason));
    expect(running.size).toBe(0);
  });

  it('names a target is traced to all the same', async () => {
    const { traceBack, running } = slowTrace(1000);
    const { port } = await serve({}, { traceBack });
    const ws = await rawClient(port, { ...usualWish, host: '192.0.2.99', target: '192.0.2.99' });
    await vi.waitFor(() => expect([...running].map(({ target }) => target)).toEqual(['127.0.0.1']));
    ws.terminate();
  });

  it('talks during the trace is let go', async () => {
    const { traceBack, running } = slowTrace(1000);
    const { port } = await serve({}, { traceBack });
    const ws = await rawClient(port);
    await vi.waitFor(() => expect(running.size).toBe(1));
    ws.send('nonsense');
    expect(await new Promise((resolve) => ws.on('close', resolve))).toBe(1002);
    await vi.waitFor(() => expect(running.size).toBe(0));
  });
});

const grant = { type: 'grant', software: 'fake', seconds: 60, bitsPerSecond: 0, reasons: [] };
const seenAs = { host: '127.0.0.1', port: 1234, source: 'connection' };
const start = {
  ...{ type: 'trace-start', seenAs, protocol: 'udp', prober: 'linux-raw', port: 33_434 },
  ...{ firstHop: 1, maxHops: 30, queries: 3, timeoutSeconds: usualWish.timeoutSeconds },
};
const address = { ip: '192.0.2.1', rttsMs: [1, 2, 3], codes: [], mpls: [] };
const hop = { type: 'trace-hop', ttl: 1, addresses: [address], sent: 3, lost: 0, rateLimited: false };
const last = { ...hop, ttl: 2, addresses: [{ ...address, ip: '127.0.0.1' }], end: 'target' };
const end = { type: 'trace-end', reason: 'target', seconds: 1 };

/** What a client makes of a server that answers its start with these messages. */
async function told(
  messages: readonly object[],
  tools: ReverseTraceTools = {},
  closes = true,
  changes: Partial<ReverseTracePlan> = {},
) {
  const fake = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'wperf.v1' });
  onTestFinished(() => {
    for (const ws of fake.clients) ws.terminate();
    fake.close();
  });
  fake.on('connection', (ws) => {
    ws.once('message', () => {
      ws.send(JSON.stringify(grant));
      ws.once('message', () => {
        for (const message of messages) ws.send(JSON.stringify(message));
        if (closes) ws.close(1000);
      });
    });
  });
  await new Promise((resolve) => fake.once('listening', resolve));
  const from = fake.address();
  return ask(typeof from === 'object' && from ? from.port : 0, changes, tools);
}

describe('a server that', () => {
  it('keeps to the rules is believed', async () => {
    const { hops, end: finish, error } = await told([start, hop, last, end]);
    expect(error).toBeUndefined();
    expect(hops).toHaveLength(2);
    expect(finish).toMatchObject({ reason: 'target', hops: 2 });
    expect((await told([start, hop, last, end], {}, false)).end).toEqual(finish);
  });

  it('sends names that could move the cursor has them cleaned', async () => {
    const name = 'router\u001b[2J\u009b31m one\r\nx\u202e';
    const { hops } = await told([start, { ...hop, addresses: [{ ...address, name }] }, last, end]);
    expect(hops[0]?.addresses[0]?.name).toBe('router_[2J_31m_one_x');
  });

  it('says where hops are has it cleaned, and not believed unasked', async () => {
    const placed = { ...address, country: 'NL', asn: 64_500, asName: 'one\u001b[2J two\u202e' };
    const messages = [start, { ...hop, addresses: [placed] }, last, end];
    expect((await told(messages)).hops[0]?.addresses[0]).not.toHaveProperty('asn');
    const { hops } = await told(messages, {}, true, { places: true });
    const { asName, country } = hops[0]?.addresses[0] ?? {};
    expect(country).toBe('NL');
    expect(asName).toMatch(/^one.*two/);
    expect(asName).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it.each([
    ['a hop of TTL 0', [start, { ...hop, ttl: 0 }], 'ttl must be a whole number from 1 to 255'],
    ['a hop before the start', [hop], 'a hop before trace-start'],
    ['an end before the start', [end], 'a trace-end before trace-start'],
    ['two starts', [start, start], 'a second trace-start'],
    ['a hop twice', [start, hop, hop], 'hop 1 where 2 was due'],
    ['a hop too far', [start, { ...hop, ttl: 2 }], 'hop 2 where 1 was due'],
    ['a hop behind the last', [start, hop, last, { ...hop, ttl: 3 }], 'hop 3 behind the last'],
    ['a hop behind the end', [start, hop, last, end, { ...hop, ttl: 3 }], 'trace-hop behind the end of the trace'],
    ['nonsense behind the end', [start, hop, last, end, { type: '?' }], 'of no known type'],
    [
      '1000 hops',
      [{ ...start, maxHops: 30 }, ...Array.from({ length: 1000 }, (_, index) => ({ ...hop, ttl: (index % 255) + 1 }))],
      'hop 31 of a trace to hop 30',
    ],
    ['more hops than were asked for', [{ ...start, maxHops: 40 }], 'a trace that was not asked for'],
    ['a longer time-out than was asked for', [{ ...start, timeoutSeconds: 60 }], 'a trace that was not asked for'],
    ['more queries than were asked for', [{ ...start, queries: 10 }], 'a trace that was not asked for'],
    [
      'a huge name',
      [start, { ...hop, addresses: [{ ...address, name: 'x'.repeat(300) }] }],
      'name must be text of at most',
    ],
    [
      'an address that is none',
      [start, { ...hop, addresses: [{ ...address, ip: 'router' }] }],
      'ip must be an IP address',
    ],
    [
      'an address that only looks like one',
      [start, { ...hop, addresses: [{ ...address, ip: '1.2.3.4.5' }] }],
      'address is none',
    ],
    ['a country that is none', [start, { ...hop, addresses: [{ ...address, country: '<b>' }] }], 'country must be two'],
    [
      'an AS that is none',
      [start, { ...hop, addresses: [{ ...address, asn: 2 ** 32 }] }],
      'asn must be a whole number',
    ],
    [
      'a huge name of an AS',
      [start, { ...hop, addresses: [{ ...address, asName: 'x'.repeat(121) }] }],
      'asName must be text of at most 120',
    ],
    ['too many addresses', [start, { ...hop, addresses: Array(11).fill(address) }], 'addresses must be a list'],
    ['more answers than probes', [start, { ...hop, lost: 1 }], 'hop 1 with more answers than probes'],
    [
      'an address that never answered',
      [start, { ...hop, addresses: [{ ...address, rttsMs: [] }] }],
      'without a round trip',
    ],
    [
      'a negative round trip',
      [start, { ...hop, addresses: [{ ...address, rttsMs: [-1] }] }],
      'must be a number from 0',
    ],
    [
      'a code that could be a sequence',
      [start, { ...hop, addresses: [{ ...address, codes: ['\u001b[2J'] }] }],
      'a mark such as !H',
    ],
    ['a target that no hop reached', [start, hop, end], 'target without such a hop'],
    [
      'a client that has no address',
      [{ ...start, seenAs: { ...seenAs, host: 'you' } }],
      'seenAs.host must be an IP address',
    ],
    ['a source unheard of', [{ ...start, seenAs: { ...seenAs, source: 'oracle' } }], 'seenAs.source must be one of'],
    ['a result', [start, { type: 'start' }], 'start where trace-start or trace-hop'],
  ])('sends %s is refused in one line', async (_what, messages, reason) => {
    const { error } = await told(messages, {}, false);
    expect(error).toMatch(/^protocol-violation: /);
    expect(error).toContain(reason);
    expect(error).not.toMatch(/\p{Cc}/u);
  });

  it('goes midway is lost', async () => {
    const { hops, error } = await told([start, hop]);
    expect(hops).toHaveLength(1);
    expect(error).toMatch(/^peer-lost: /);
  });

  it('stops midway ends the trace with what it told', async () => {
    const { hops, end: finish, error } = await told([start, hop, { type: 'end', reason: 'shutdown' }]);
    expect(error).toMatch(/^peer-terminated: /);
    expect(hops).toHaveLength(1);
    expect(finish).toMatchObject({ reason: 'interrupted', hops: 1 });
  });
});
