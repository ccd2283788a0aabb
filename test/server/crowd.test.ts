/** More connections than there is room for, from one address and from many: who is let in, and who makes room. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../src/client.js';
import { bounds } from '../../src/defaults/index.js';
import { parseCidr } from '../../src/net/networks.js';
import { startServerPlan } from '../../src/server/server.js';
import { collect } from '../support/events.js';
import { hello } from '../support/hello.js';
import { clientPlan } from '../support/plans.js';
import { answerTo, type Held, hold, nativeProtocol, request, upgradeRequest } from '../support/raw.js';

async function serve(trusted: string[] = []) {
  const trustProxy = trusted.flatMap((text) => parseCidr(text) ?? []);
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, trustProxy });
  onTestFinished(() => server.close());
  return server.address.port;
}

const errorOf = async (port: number, bind = '127.0.0.1') =>
  (await collect(runClientPlan(clientPlan(port, { bind, seconds: 0.1, connectTimeoutMs: 30_000 })))).error?.replaceAll(
    String(port),
    'PORT',
  );

function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}

function stay(held: readonly Held[]): void {
  onTestFinished(() => held.forEach(({ socket }) => void socket.destroy()));
}

/** A client that has its grant. */
async function granted(port: number, localAddress: string): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1', { localAddress });
  onTestFinished(() => ws.terminate());
  ws.on('error', () => {}).on('open', () => ws.send(JSON.stringify({ ...hello, mode: 'latency' })));
  await new Promise((resolve) => ws.once('message', resolve));
  return ws;
}

describe('connections that say nothing', () => {
  test.each([['127.0.0.1'], ['127.0.0.2']])('from one address keep nobody out, at %s', async (bind) => {
    const port = await serve();
    stay(await times(600, () => hold(port)));
    expect(await errorOf(port, bind)).toBeUndefined();
  });

  test('from many addresses keep nobody out', async () => {
    const port = await serve();
    stay(await times(bounds.connections + 100, (index) => hold(port, '', `127.0.1.${1 + (index % 200)}`)));
    expect(await errorOf(port)).toBeUndefined();
  });

  test('though they were twice as many as may stay, and asked for the page, keep nobody out', async () => {
    const port = await serve();
    const page = request('/', 'Accept: text/html');
    for (let round = 0; round < 2; round++) stay(await times(bounds.connections, () => hold(port, page)));
    expect(await errorOf(port)).toBeUndefined();
  });

  test('go first, the oldest of them, when the server is full', async () => {
    const port = await serve();
    const oldest = await hold(port, upgradeRequest(nativeProtocol), '127.0.0.2');
    await expect.poll(oldest.reply).toContain('HTTP/1.1 101 ');
    const others = await times(bounds.connections - 1, (index) =>
      hold(port, upgradeRequest(nativeProtocol), `127.0.0.${3 + (index % 3)}`),
    );
    stay(others);
    for (const { reply } of others) await expect.poll(reply).toContain('HTTP/1.1 101 ');
    expect(await errorOf(port)).toBeUndefined();
    await oldest.ended;
    expect(others.filter(({ socket }) => socket.readableEnded)).toEqual([]);
  });
});

describe('a refusal', () => {
  test('names the address that has too many connections, and others are served', async () => {
    const port = await serve();
    await times(bounds.connectionsOfOne, () => granted(port, '127.0.0.2'));
    expect(await errorOf(port, '127.0.0.2')).toBe(
      `server-full: 127.0.0.1:PORT: 127.0.0.2 has ${bounds.connectionsOfOne} connections here, as many as one address may: try again later`,
    );
    expect(await errorOf(port)).toBeUndefined();
  });

  test.each([
    ['198.51.100.7', '198.51.100.7', '198.51.100.8'],
    ['2001:db8:0:1::7', '2001:db8:0:1::/64', '2001:db8:0:2::7'],
  ])('names the client %s behind a proxy that is trusted', async (client, named, other) => {
    const port = await serve(['127.0.0.1']);
    const from = (address: string) => upgradeRequest(nativeProtocol, `X-Forwarded-For: ${address}`);
    const held = await times(bounds.connectionsOfOne, () => hold(port, from(client)));
    stay(held);
    for (const { reply } of held) await expect.poll(reply).toContain('HTTP/1.1 101 ');
    const refused = await answerTo(port, from(client));
    expect(refused).toMatch(/^HTTP\/1\.1 503 /);
    expect(refused).toContain('wperf-error: server-full\r\n');
    expect(refused).toContain(`\r\n\r\n${named} has ${bounds.connectionsOfOne} connections here`);
    const welcome = await hold(port, from(other));
    stay([welcome]);
    await expect.poll(welcome.reply).toContain('HTTP/1.1 101 ');
  });

  test('by a server that is full says so, and there is room again later', async () => {
    const port = await serve();
    const clients = await times(bounds.connections, (index) => granted(port, `127.0.0.${2 + (index % 4)}`));
    const full = 'server-full: 127.0.0.1:PORT: the server has as many clients as it can take: try again later';
    expect(await errorOf(port)).toBe(full);
    await Promise.all(clients.map((ws) => new Promise((resolve) => ws.on('close', resolve).close())));
    expect(await errorOf(port)).toBeUndefined();
  });
});
