/** Connections for load without a good key: silence for a stranger, and others go on. */
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { bounds, waits } from '../../../src/defaults/index.js';
import { startServerPlan } from '../../../src/server/server.js';
import { claimsOpening, keyOf, OPENING_BYTES, openingOf } from '../../../src/transport/load/key.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hello } from '../../support/hello.js';
import { hold } from '../../support/raw.js';

const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

describe('the opening of a connection for load', () => {
  test('is eight bytes and the key', () => {
    const opening = openingOf(key);
    expect(opening).toHaveLength(OPENING_BYTES);
    expect(opening.toString('latin1', 0, 8)).toBe('wperf.d1');
    expect(keyOf(opening)).toEqual(key);
  });

  test('is claimed by its first bytes, as they come', () => {
    const opening = openingOf(key);
    for (let bytes = 0; bytes < 8; bytes++) expect(claimsOpening(opening.subarray(0, bytes))).toBe('more');
    for (let bytes = 8; bytes <= 24; bytes++) expect(claimsOpening(opening.subarray(0, bytes))).toBe('yes');
    for (let at = 0; at < 8; at++) {
      const other = Buffer.from(opening);
      other[at] = (other[at] ?? 0) ^ 1;
      expect(claimsOpening(other)).toBe('no');
      expect(keyOf(other)).toBeUndefined();
    }
    expect(keyOf(opening.subarray(1))).toBeUndefined();
    expect(keyOf(Buffer.concat([opening, key]))).toBeUndefined();
  });
});

interface Speaker {
  /** The next message of this type; `closed` when the server has gone. */
  next(): Promise<Record<string, unknown>>;
  say(message: object): void;
}

async function serve() {
  const clock = new FakeClock();
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false }, { clock });
  onTestFinished(() => server.close());
  return { clock, server, port: server.address.port };
}

/** A client that asks for load over tcp. */
async function speaker(port: number, changes: object = {}): Promise<Speaker> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
  onTestFinished(() => ws.terminate());
  const messages: Record<string, unknown>[] = [];
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  const tell = (message: Record<string, unknown>) => {
    const wait = waiting.shift();
    if (wait) wait(message);
    else messages.push(message);
  };
  ws.on('message', (data) => tell(JSON.parse(data.toString())));
  ws.on('error', () => {});
  ws.on('close', () => tell({ type: 'closed' }));
  await once(ws, 'open');
  const say = (message: object) => ws.send(JSON.stringify(message));
  say({ ...hello, direction: 'down', proto: { name: 'tcp', settings: {} }, ...changes });
  return {
    say,
    next: () => {
      const message = messages.shift();
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** Of a grant. */
async function granted(client: Speaker): Promise<Buffer> {
  const { type, proto } = (await client.next()) as { type: string; proto: { key: string } };
  expect(type).toBe('grant');
  expect(proto.key).toMatch(/^[0-9a-f]{32}$/);
  return openingOf(Buffer.from(proto.key, 'hex'));
}

describe('a key', () => {
  test('brings load to its own connection', async () => {
    const { port } = await serve();
    const client = await speaker(port);
    const { reply } = await hold(port, await granted(client));
    client.say({ type: 'attached' });
    client.say({ type: 'start' });
    await expect.poll(() => reply().length).toBeGreaterThan(1_000_000);
  });

  test('brings it when its bytes come one by one', async () => {
    const { port } = await serve();
    const client = await speaker(port);
    const opening = await granted(client);
    const { socket, reply } = await hold(port);
    for (const byte of opening) {
      socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    client.say({ type: 'attached' });
    client.say({ type: 'start' });
    await expect.poll(() => reply().length).toBeGreaterThan(1_000_000);
  });

  test('is good once', async () => {
    const { port } = await serve();
    const client = await speaker(port);
    const opening = await granted(client);
    const first = await hold(port, opening);
    const second = await hold(port, opening);
    expect(await second.ended).toBe('');
    client.say({ type: 'attached' });
    client.say({ type: 'start' });
    await expect.poll(() => first.reply().length).toBeGreaterThan(0);
  });

  test('is good for a few seconds, and its client is told', async () => {
    const { clock, port } = await serve();
    const client = await speaker(port);
    const opening = await granted(client);
    clock.advance(waits.keySeconds + 0.1);
    expect(await client.next()).toMatchObject({
      type: 'error',
      code: 'unreachable',
      message: 'no tcp connection with the key of this test reached the server within 5 s',
    });
    const { ended } = await hold(port, opening);
    expect(await ended).toBe('');
  });

  test('ends with its client', async () => {
    const { port } = await serve();
    const client = await speaker(port);
    const opening = await granted(client);
    client.say({ type: 'error', code: 'bye', message: 'enough' });
    expect(await client.next()).toMatchObject({ type: 'closed' });
    const { ended } = await hold(port, opening);
    expect(await ended).toBe('');
  });

  test('that nobody was given ends the connection without a word', async () => {
    const { port } = await serve();
    const { ended } = await hold(port, openingOf(key));
    expect(await ended).toBe('');
  });

  test('that does not come in time does so too', async () => {
    const { clock, port } = await serve();
    const { ended } = await hold(port, openingOf(key).subarray(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(waits.keySeconds + 0.1);
    expect(await ended).toBe('');
  });
});

test('connections that show no key make room for one that does', async () => {
  const { port } = await serve();
  const opening = openingOf(key).subarray(0, 20);
  const held = await Promise.all(Array.from({ length: bounds.keylessStreams + 20 }, () => hold(port, opening)));
  onTestFinished(() => held.forEach(({ socket }) => void socket.destroy()));
  const client = await speaker(port);
  const { reply } = await hold(port, await granted(client));
  client.say({ type: 'attached' });
  client.say({ type: 'start' });
  await expect.poll(() => reply().length).toBeGreaterThan(0);
});

describe('a client is refused', () => {
  test.each([
    [{ name: 'carrier-pigeon', settings: {} }, 'the server offers no --proto carrier-pigeon, but ws, tcp, kcp, udp'],
    [{ name: '../../etc/passwd', settings: {} }, 'hello message: proto.name must be the name of a transport'],
    [{ name: 'tcp', settings: { a: 'b' } }, 'hello message: proto.settings must be at most 16 numbers'],
    [
      { name: 'tcp', settings: Object.fromEntries([...'abcdefghijklmnopq'].map((name) => [name, 1])) },
      'hello message: proto.settings must be at most 16 numbers',
    ],
  ])('that asks for %j', async (proto, message) => {
    const { port } = await serve();
    const client = await speaker(port, { proto });
    expect(await client.next()).toMatchObject({ type: 'error', message: expect.stringContaining(message) });
  });

  test('that asks for packets over a stream of bytes', async () => {
    const { port } = await serve();
    const client = await speaker(port, { mode: 'datagram', blockBytes: 1000 });
    expect(await client.next()).toMatchObject({
      type: 'error',
      message: 'tcp carries a stream of bytes, and no packets',
    });
  });
});
