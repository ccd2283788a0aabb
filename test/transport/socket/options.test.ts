/** Options of sockets in whole tests on this machine, as `ss` of the system sees both ends of each connection. */
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runClientPlan, runPingPlan } from '../../../src/client.js';
import type { TestEvent } from '../../../src/events/load.js';
import type { PingEvent } from '../../../src/events/ping.js';
import { parseCidr } from '../../../src/net/networks.js';
import type { ClientPlan, SocketWishes } from '../../../src/plan/plan.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { collect, sorted } from '../../support/events.js';
import { hello } from '../../support/hello.js';
import { describeNeeding, program } from '../../support/needs.js';
import { clientPlan, pingPlan } from '../../support/plans.js';
import { freePort } from '../../support/ports.js';
import { output } from '../../support/processes.js';

let server: WperfServer;

beforeEach(async () => {
  server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
});

afterEach(() => server.close());

/** Runs a test, and looks at its connections once load has arrived: a line for each end. */
async function lookedAt(changes: Partial<ClientPlan>): Promise<{ all: TestEvent[]; ends: string[] }> {
  const { port } = server.address;
  const all: TestEvent[] = [];
  let ends: string[] = [];
  for await (const event of runClientPlan(clientPlan(port, { seconds: 1, ...changes }))) {
    all.push(event);
    if (event.type !== 'interval' || ends.length > 0) continue;
    const text = await output(['ss', '-tniOm', '--tos', `sport = :${port} or dport = :${port}`]);
    ends = text.split('\n').filter((line) => line.startsWith('ESTAB'));
  }
  return { all, ends };
}

const withSocket = (socket: SocketWishes) => runClientPlan(clientPlan(server.address.port, { socket }));

describeNeeding('both kernels', [program('ss', 'iproute2')], () => {
  test.each(['up', 'down'] as const)('have what was asked for, %s', async (direction) => {
    const socket = { windowBytes: 131_072, tos: 0x28, mssBytes: 1000, congestion: 'reno' };
    const { all, ends } = await lookedAt({ direction, socket });
    expect(ends).toHaveLength(2);
    for (const end of ends) {
      expect(end).toMatch(/ reno /);
      expect(end).toMatch(/tos:0x28/);
      expect(end).toMatch(/rb262144,.*tb262144/);
      expect(end).toMatch(/ mss:988 /);
    }
    const facts = { sndbufBytes: 262_144, rcvbufBytes: 262_144, tos: 0x28, mssBytes: 988, congestion: 'reno' };
    const { start, error } = sorted(all);
    expect(error).toBeUndefined();
    expect(start?.socket).toEqual({ asked: socket, local: facts, remote: facts });
  });

  test('have it on every stream, and at both ends of the connection beside them', async () => {
    const socket = { tos: 0xb8, congestion: 'reno', windowBytes: 131_072 };
    const { ends } = await lookedAt({ streams: 2, latency: true, socket });
    expect(ends).toHaveLength(6);
    expect(ends.filter((end) => end.includes('tos:0xb8'))).toHaveLength(6);
    expect(ends.filter((end) => / reno /.test(end))).toHaveLength(6);
    expect(ends.filter((end) => /rb262144,.*tb262144/.test(end))).toHaveLength(6);
  });

  test('keep what is their own where nothing is asked', async () => {
    const { all, ends } = await lookedAt({});
    expect(ends.join()).not.toMatch(/tos:0x[1-9a-f]/);
    expect(sorted(all).start?.socket).toMatchObject({ asked: {}, remote: null });
  });
});

test('streams have local ports in a row, and the connection beside them any', async () => {
  const localPort = await freePort();
  const plan = clientPlan(server.address.port, { streams: 3, latency: true, socket: { localPort } });
  const { start, end } = await collect(runClientPlan(plan));
  expect(start?.streams.map((stream) => stream.localPort)).toEqual([localPort, localPort + 1, localPort + 2]);
  expect(end?.latency).toBeDefined();
});

test("a local port that is in use is this machine's fault", async () => {
  const other = createServer().listen(0);
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const localPort = typeof address === 'object' && address ? address.port : 0;
  const { error } = await collect(withSocket({ localPort }));
  expect(error).toMatch(new RegExp(`^port-in-use: --cport: port ${localPort} is in use on this machine: give another`));
});

test('a local port that an earlier test still has is in use, too', async () => {
  const localPort = await freePort();
  const first = withSocket({ localPort });
  for await (const event of first) {
    if (event.type !== 'start') continue;
    const { error } = await collect(withSocket({ localPort }));
    expect(error).toMatch(/^port-in-use: --cport/);
  }
});

test.each<[SocketWishes, RegExp]>([
  [
    { congestion: 'nosuch' },
    /^socket-option: -C\/--congestion nosuch: this machine has no such algorithm: it has .*reno/,
  ],
  [{ device: 'nosuch0' }, /^socket-option: --bind-dev nosuch0: this machine has no such network interface: it has lo/],
  [
    { device: 'nosuch0', deviceOfBind: true },
    /^socket-option: -B\/--bind ADDRESS%nosuch0: this machine has no such network interface: it has lo/,
  ],
  [{ windowBytes: 2 ** 30 }, /^socket-option: -w\/--window 1G: the kernel of this machine gives no more than \S+: ask/],
])('this machine says that it cannot have %j', async (socket, line) => {
  expect((await collect(withSocket(socket))).error).toMatch(line);
});

test.each<[object, RegExp]>([
  [{ congestion: 'nosuch' }, /-C\/--congestion nosuch: the server has no such algorithm: it has .*reno/],
  [{ windowBytes: 2 ** 30 }, /-w\/--window 1G: the kernel of the server gives no more than/],
])('a server says that it cannot have %j', async (socket, line) => {
  const ws = new WebSocket(`ws://127.0.0.1:${server.address.port}/`, 'wperf.v1');
  const said = new Promise<string>((resolve) => ws.once('message', (data) => resolve(data.toString())));
  ws.on('open', () => ws.send(JSON.stringify({ ...hello, socket })));
  const answer = JSON.parse(await said);
  expect(answer).toMatchObject({ type: 'error', code: 'request-refused' });
  expect(answer.message).toMatch(line);
  await new Promise((resolve) => ws.once('close', resolve));
});

test('a server that knows nothing of socket options is refused', async () => {
  const deaf = new WebSocketServer({ port: await freePort(), host: '127.0.0.1' });
  onTestFinished(() => void deaf.close());
  const grant = { type: 'grant', software: 'wperf 0.9.0', seconds: 0.3, bitsPerSecond: 0, reasons: [] };
  deaf.on('connection', (ws) => ws.on('message', () => ws.send(JSON.stringify(grant))));
  const { port } = deaf.options;
  const { error } = await collect(runClientPlan(clientPlan(port ?? 0, { socket: { congestion: 'reno' } })));
  expect(error).toBe('request-refused: the server sets no options of its sockets: leave -w, -S and -C away');
});

test('pings carry the type of service', async () => {
  const localPort = await freePort();
  const events: PingEvent[] = [];
  const plan = pingPlan(server.address.port, { socket: { tos: 0xb8, localPort } });
  for await (const event of runPingPlan(plan)) events.push(event);
  const [start] = events;
  const socket = { asked: { tos: 0xb8, localPort }, local: { tos: 0xb8 }, remote: { tos: 0xb8 } };
  expect(start).toMatchObject({ type: 'ping-start', socket });
  expect(events.at(-1)).toMatchObject({ type: 'ping-end', received: 5 });
});

test('a server behind a proxy says how far its options hold', async () => {
  const trustProxy = parseCidr('127.0.0.1') ?? [];
  const behind = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, trustProxy: [trustProxy].flat() });
  onTestFinished(() => behind.close());
  const headers = [['X-Forwarded-For', '203.0.113.9']] as const;
  const plan = clientPlan(behind.address.port, { headers, socket: { congestion: 'reno' } });
  const { all } = await collect(runClientPlan(plan));
  const notes = all.flatMap((event) => (event.type === 'notice' ? event.text : []));
  expect(notes.join()).toContain('The server is behind the proxy 127.0.0.1: its socket options hold from there');
});
