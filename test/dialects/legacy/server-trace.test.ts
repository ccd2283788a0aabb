/** The route back that the server tells a client of the original. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WperfError } from '../../../src/errors.js';
import type { TraceEvent, TraceHop } from '../../../src/events/route.js';
import type { JobTools, TraceJob } from '../../../src/modes/route/desk/back.js';
import type { ServerPlan } from '../../../src/plan/plan.js';
import { startServerPlan } from '../../../src/server/server.js';

const hop = (ttl: number, ip?: string, name?: string): TraceHop => ({
  ...{ type: 'trace-hop', ttl, sent: 1, lost: ip === undefined ? 1 : 0, rtt: null, rateLimited: false },
  addresses: ip === undefined ? [] : [{ ip, rttsMs: [1.5], codes: [], mpls: [], ...(name !== undefined && { name }) }],
});

const hops = [hop(1, '10.0.0.1'), hop(2), hop(3, '8.8.8.8', 'dns.google')];

async function* shortTrace({ target: ip }: TraceJob): AsyncGenerator<TraceEvent> {
  const start = { type: 'trace-start', wallMs: 0, direction: 'forward', host: ip, ip, family: 4 } as const;
  const how = {
    protocol: 'udp',
    prober: 'linux-raw',
    firstHop: 1,
    maxHops: 30,
    queries: 1,
    timeoutSeconds: 1,
  } as const;
  yield { ...start, ...how };
  yield* hops;
  yield { type: 'trace-end', reason: 'target', hops: 3, seconds: 0.5, rateLimitedTtls: [] };
}

async function serve(
  plan: Partial<ServerPlan>,
  traceBack: (job: TraceJob, tools: JobTools) => AsyncGenerator<TraceEvent>,
) {
  const annotate = async (ip: string) => (ip === '8.8.8.8' ? { country: 'US', asn: 15_169, asName: 'Google LLC' } : {});
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, { traceBack, annotate });
  onTestFinished(() => server.close());
  const notices: string[] = [];
  server.on('notice', ({ text }) => notices.push(text));
  return { port: server.address.port, notices };
}

async function ask(port: number, before: readonly string[] = []) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
  const texts: unknown[] = [];
  ws.on('message', (data) => texts.push(JSON.parse(String(data))));
  ws.on('open', () => {
    for (const text of before) ws.send(text);
    ws.send('{"command":"reverse_traceroute"}');
  });
  await new Promise((resolve) => ws.on('close', resolve));
  return texts;
}

describe('a client of the original', () => {
  it('is told each hop, with country and AS, and the end', async () => {
    const { port, notices } = await serve({}, shortTrace);
    expect(await ask(port)).toEqual([
      { type: 'hop', data: { ttl: 1, ip: '10.0.0.1', name: '10.0.0.1', rtt: 1.5, country: '', asn: '' } },
      { type: 'hop', data: { ttl: 2, ip: '*', name: '*', rtt: -1, country: '', asn: '' } },
      {
        type: 'hop',
        data: { ttl: 3, ip: '8.8.8.8', name: 'dns.google', rtt: 1.5, country: 'US', asn: 'AS15169 Google LLC' },
      },
      { type: 'end' },
    ]);
    expect(notices.join('\n')).toMatch(
      /asks for the route back, as a client of the original wperf\n.*route to 127\.0\.0\.1 traced: 3 hops/,
    );
  });

  it('is not told what the server hides', async () => {
    const { port } = await serve({ traces: { hideHops: 1 } }, shortTrace);
    const [first] = await ask(port);
    expect(first).toEqual({ type: 'hop', data: { ttl: 1, ip: '*', name: '*', rtt: -1, country: '', asn: '' } });
  });

  it.each([
    [{ traces: { offered: false } }, 'this server traces no routes for its clients'],
    [{ traces: { authOnly: true } }, 'this server traces routes only for clients that prove its token'],
  ])('is told why not with %j', async (plan, message) => {
    const { port, notices } = await serve(plan, shortTrace);
    expect(await ask(port)).toEqual([{ type: 'error', message }, { type: 'end' }]);
    expect(notices.join('\n')).toContain(`got no route back: ${message}`);
  });

  it('with the token is served where tokens are asked for', async () => {
    const { port } = await serve({ token: 'sesame', traces: { authOnly: true } }, shortTrace);
    expect(await ask(port, ['sesame'])).toHaveLength(4);
  });

  it('is told when the server cannot trace', async () => {
    const failing = async function* (): AsyncGenerator<TraceEvent> {
      yield* [];
      throw new WperfError('trace-unavailable', 'no way to send probes');
    };
    const { port } = await serve({}, failing);
    const message = 'the server cannot trace: no way to send probes';
    expect(await ask(port)).toEqual([{ type: 'error', message }, { type: 'end' }]);
  });

  it('that leaves stops the probes', async () => {
    let stopped = false;
    const endless = async function* (job: TraceJob, { signal }: JobTools): AsyncGenerator<TraceEvent> {
      for await (const event of shortTrace(job)) if (event.type !== 'trace-end') yield event;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      stopped = true;
    };
    const { port, notices } = await serve({}, endless);
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
    ws.on('open', () => ws.send('{"command":"reverse_traceroute"}'));
    ws.on('message', () => ws.terminate());
    await vi.waitFor(() => expect(stopped).toBe(true));
    await vi.waitFor(() => expect(notices.join()).toContain('left before the end'));
  });
});
