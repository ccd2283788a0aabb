/** The server and the client against recorded exchanges with the original. */
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runAnyClientPlan } from '../../src/dialect/client.js';
import type { ServerPlan } from '../../src/plan.js';
import { startServerPlan, type WperfServer } from '../../src/session/server.js';
import { collect, sorted } from '../support/events.js';
import { clientPlan } from '../support/plans.js';
import { Player, recordings } from './replay.js';

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
const forServers = all.filter((recording) => recording.plan === undefined);
const forClients = all.filter((recording) => recording.plan !== undefined);
const sentBytes = (exchange: (typeof all)[number]['exchange']) =>
  exchange.reduce((sum, { from, kind, length = 0, count = 1 }) => {
    return sum + (from === 'client' && kind === 'load' ? length * count : 0);
  }, 0);

describe.each([true, false])('a server, fast lane %s', (lane) => {
  it.each(forServers)('answers as recorded: $name', async ({ token, exchange }) => {
    const { port, seen } = await serve({ seconds: 0.2, ...(token !== undefined && { token }) }, lane);
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
  it.each(forClients)('speaks as recorded: $name', async ({ plan, exchange }) => {
    const fake = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false });
    await new Promise((resolve) => fake.on('listening', resolve));
    const address = fake.address();
    const played = new Promise<void>((resolve, reject) => {
      fake.on('connection', (ws, request) => {
        if (request.headers['sec-websocket-protocol'] !== undefined) return;
        new Player(ws).play('server', exchange.map(closeToo)).then(resolve, reject);
      });
    });
    const port = typeof address === 'object' && address ? address.port : 0;
    const { start, end, error } = await collect(runAnyClientPlan(clientPlan(port, plan)));
    await played;
    fake.close();
    expect(error).toBeUndefined();
    expect(start).toMatchObject({ role: 'client', dialect: 'legacy', peerSoftware: 'original wperf' });
    for (const sum of end?.sums ?? []) {
      expect(sum.direction === 'up' ? sum.received : sum.sent).toBeNull();
      if (sum.direction === 'down') expect(sum.received?.bytes).toBe(40 * 65_544);
      else expect(sum.sent?.bytes).toBeGreaterThan(0);
    }
    expect(end?.warnings.join()).toContain('The original wperf does not tell');
  });
});

const closeToo = (entry: (typeof all)[number]['exchange'][number]) =>
  entry.kind === 'close' ? { ...entry, reason: '' } : entry;
