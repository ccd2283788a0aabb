/** The server and the client against recorded exchanges with the original. */
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan, runPingPlan } from '../../../src/client.js';
import { legacyRoute } from '../../../src/dialects/legacy/client/route.js';
import type { PingEvent } from '../../../src/events/ping.js';
import { completeTraceWish } from '../../../src/plan/complete.js';
import type { ServerPlan } from '../../../src/plan/plan.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { collect, sorted } from '../../support/events.js';
import { clientPlan, pingPlan } from '../../support/plans.js';
import { askingAs } from '../../support/routes.js';
import { startFakeServer } from './fake-server.js';
import { type Entry, Player, type Recording, recordings } from './replay.js';

const open: WperfServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(plan: Partial<ServerPlan>, lane = true) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, { lane });
  open.push(server);
  const events: Parameters<typeof sorted>[0] = [];
  server.on('test', (event) => events.push(event));
  return { port: server.address.port, seen: () => sorted(events) };
}

const all = recordings();
const forServers = all.filter(({ client }) => client === undefined);
const clientsOf = (mode: Recording['client']) => all.filter(({ client }) => client === mode);
const sentBytes = (exchange: readonly Entry[]) =>
  exchange.reduce((sum, { from, kind, length = 0, count = 1 }) => {
    return sum + (from === 'client' && kind === 'load' ? length * count : 0);
  }, 0);

describe.each([true, false])('a server, fast lane %s', (lane) => {
  it.each(forServers)('answers as recorded: $name', async ({ token, exchange }) => {
    const { port, seen } = await serve({ seconds: 0.3, ...(token !== undefined && { token }) }, lane);
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
    const player = new Player(ws);
    await new Promise((resolve) => ws.on('open', resolve));
    expect(ws.extensions).toBe('');
    expect(ws.protocol).toBe('');
    await player.play('client', exchange);
    const { start, end } = seen();
    expect(end?.streams.find((stream) => !stream.sender)?.received?.bytes ?? 0).toBe(
      start?.test.blockBytes === 1400 ? 5 * 1400 : sentBytes(exchange),
    );
    if (start) expect(start).toMatchObject({ role: 'server', dialect: 'legacy', peerSoftware: 'original wperf' });
    for (const sum of end?.sums ?? []) expect(sum.sender ? sum.received : sum.sent).toBeNull();
  });
});

describe('a client', () => {
  /** Plays the server's side, for whoever connects to the port; `played` settles when the recording is over. */
  async function play(exchange: readonly Entry[]) {
    let settle: (played: Promise<void>) => void = () => {};
    const played = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const port = await startFakeServer(onTestFinished, (ws) =>
      settle(new Player(ws).play('server', exchange.map(closeToo))),
    );
    return { port, played };
  }

  it.each(clientsOf('throughput'))('measures as recorded: $name', async ({ plan, exchange }) => {
    const { port, played } = await play(exchange);
    const { start, end, error } = await collect(runClientPlan(clientPlan(port, plan)));
    await played;
    expect(error).toBeUndefined();
    expect(start).toMatchObject({ role: 'client', dialect: 'legacy', peerSoftware: 'original wperf' });
    for (const sum of end?.sums ?? []) {
      expect(sum.direction === 'up' ? sum.received : sum.sent).toBeNull();
      if (sum.direction === 'down') expect(sum.received?.bytes).toBe(40 * 65_544);
      else expect(sum.sent?.bytes).toBeGreaterThan(0);
    }
    if (plan?.mode === 'datagram') expect(end?.sums[0]?.packets).toEqual({ jitterMs: 0.125, lost: 2, packets: 10 });
    expect(end?.warnings.join()).toMatch(/The original wperf (does not tell|tells the jitter and loss)/);
  });

  it.each(clientsOf('ping'))('pings as recorded: $name', async ({ plan, exchange }) => {
    const { port, played } = await play(exchange);
    const events: PingEvent[] = [];
    for await (const event of runPingPlan(pingPlan(port, { intervalSeconds: 0, ...plan }))) events.push(event);
    await played;
    expect(events[0]).toMatchObject({ type: 'ping-start', dialect: 'legacy' });
    expect(events.at(-1)).toMatchObject({ type: 'ping-end', transmitted: plan?.count, received: plan?.count });
  });

  it.each(clientsOf('traceroute'))('asks for the route back as recorded: $name', async ({ plan, exchange }) => {
    const { port, played } = await play(exchange);
    const events: { readonly type: string }[] = [];
    for await (const event of askingAs(legacyRoute)({ ...clientPlan(port, plan), trace: completeTraceWish({}) }, {}))
      events.push(event);
    await played;
    const types = ['notice', 'notice', 'trace-start', 'trace-hop', 'trace-hop', 'trace-end'];
    expect(events.map(({ type }) => type)).toEqual(types);
    expect(events.at(-1)).toMatchObject({ reason: 'target', hops: 2 });
  });
});

const closeToo = (entry: Entry) => (entry.kind === 'close' ? { ...entry, reason: '' } : entry);
