/** Load by HTTP requests at the server: keys, bounds, and what becomes of requests that break off. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { bounds, waits } from '../../../src/defaults/index.js';
import type { ServerPlan } from '../../../src/plan/plan.js';
import { type ServerRunOptions, startServerPlan } from '../../../src/server/server.js';
import { makeCertificates } from '../../support/certificates.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hello } from '../../support/hello.js';
import { describeNeeding, program } from '../../support/needs.js';
import { answerTo, hold, request } from '../../support/raw.js';

const stranger = '00112233445566778899aabbccddeeff';
const load = (key: string) => `/load/${key}`;
const post = (key: string, bytes: number) => request(load(key), `Content-Length: ${bytes}`).replace('GET', 'POST');

async function serve(plan: Partial<ServerPlan> = {}, options: ServerRunOptions = {}) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, options);
  onTestFinished(() => server.close());
  return { server, port: server.address.port };
}

/** A client that was granted a stream, with its key. */
async function granted(port: number, changes: object = {}, scheme = 'ws') {
  const ws = new WebSocket(`${scheme}://127.0.0.1:${port}/`, 'wperf.v1', { rejectUnauthorized: false });
  onTestFinished(() => ws.terminate());
  const told: Record<string, unknown>[] = [];
  ws.on('message', (data) => told.push(JSON.parse(data.toString())));
  await once(ws, 'open');
  const say = (message: object) => ws.send(JSON.stringify(message));
  const hears = async (type: string) => {
    for (;;) {
      const found = told.find((message) => message.type === type);
      if (found) return found;
      await once(ws, 'message');
    }
  };
  say({ ...hello, proto: { name: 'http', settings: {} }, ...changes });
  const { proto } = (await hears('grant')) as unknown as { proto: { key: string } };
  const begin = async () => {
    say({ type: 'attached' });
    await hears('attached');
    say({ type: 'start' });
  };
  return { ws, key: proto.key, say, hears, begin };
}

describe('a request for load', () => {
  test.each([
    ['GET', request(load(stranger))],
    ['POST', post(stranger, 0)],
    ['POST with a body', `${post(stranger, 5)}12345`],
  ])('without a good key is not found: %s', async (_what, bytes) => {
    const { port } = await serve();
    expect(await answerTo(port, bytes)).toMatch(/^HTTP\/1\.1 404 [\s\S]*no test has this key\n$/);
  });

  test.each(['HEAD', 'PUT', 'DELETE'])('is none by %s', async (method) => {
    const { port } = await serve();
    const { key } = await granted(port);
    expect(await answerTo(port, request(load(key)).replace('GET', method))).toMatch(/^HTTP\/1\.1 426 /);
  });

  test('is not found with a key that was given for something else', async () => {
    const { port } = await serve();
    const { key } = await granted(port, { proto: { name: 'tcp', settings: {} } });
    expect(await answerTo(port, post(key, 0))).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('is not found with a key that came too late, and the client is told', async () => {
    const clock = new FakeClock();
    const { port } = await serve({}, { clock });
    const { key, hears } = await granted(port);
    clock.advance(waits.keySeconds + 0.1);
    expect(await hears('error')).toMatchObject({ code: 'unreachable' });
    expect(await answerTo(port, post(key, 0))).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('lies in the folder of the one path that is served', async () => {
    const { port } = await serve({ path: '/a/measure' });
    expect(await answerTo(port, request(`/a/measure${load(stranger)}`))).toMatch(/^HTTP\/1\.1 404 /);
    expect(await answerTo(port, request(load(stranger)))).toMatch(/^HTTP\/1\.1 426 /);
  });

  test('is not offered without the page', async () => {
    const { port } = await serve({ noPage: true });
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
    onTestFinished(() => ws.terminate());
    await once(ws, 'open');
    ws.send(JSON.stringify({ ...hello, proto: { name: 'http', settings: {} } }));
    const [data] = await once(ws, 'message');
    expect(JSON.parse(String(data))).toMatchObject({ type: 'error', code: 'request-refused' });
  });
});

describe('uploads', () => {
  test('are counted as they come, also of one that breaks off', async () => {
    const { port } = await serve();
    const { key, begin, say, hears } = await granted(port);
    const first = await fetch(`http://127.0.0.1:${port}${load(key)}`, { method: 'POST', body: new Uint8Array(1000) });
    expect(await first.json()).toMatchObject({ bytes: 1000, seconds: expect.any(Number) });
    await begin();
    const whole = await fetch(`http://127.0.0.1:${port}${load(key)}`, { method: 'POST', body: new Uint8Array(70_000) });
    expect(await whole.json()).toMatchObject({ bytes: 70_000 });
    const cut = await hold(port, `${post(key, 50_000)}${'x'.repeat(20_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    cut.socket.destroy();
    await cut.ended;
    say({ type: 'end', reason: 'interrupted' });
    expect(await hears('result')).toMatchObject({ received: { bytes: 90_000 } });
  });

  test('of two streams may share a connection, which ends with the one that used it last', async () => {
    const { port } = await serve();
    const [one, other] = [await granted(port), await granted(port)];
    const held = await hold(port);
    const answered = async (key: string, answers: number) => {
      held.socket.write(`${post(key, 5)}12345`);
      await expect.poll(() => held.reply().match(/"bytes":5/g)?.length).toBe(answers);
    };
    await answered(one.key, 1);
    await answered(other.key, 2);
    one.ws.terminate();
    await expect.poll(() => answerTo(port, post(one.key, 0))).toMatch(/^HTTP\/1\.1 404 /);
    await answered(other.key, 3);
    other.ws.terminate();
    await held.ended;
  });

  test('before the test are only what tries out the way', async () => {
    const { port } = await serve();
    const { key } = await granted(port);
    const body = new Uint8Array(bounds.trialBytes + 1);
    const answer = answerTo(port, Buffer.concat([Buffer.from(post(key, body.length)), body]));
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('are of a bounded length', async () => {
    const { port } = await serve();
    const { key, begin } = await granted(port);
    await answerTo(port, `${request(load(key), 'Content-Length: 0', 'Connection: close').replace('GET', 'POST')}`);
    await begin();
    const socket = connect(port, '127.0.0.1').setMaxListeners(0);
    let reply = '';
    socket.on('error', () => {}).on('data', (chunk) => (reply += String(chunk)));
    socket.write(post(key, 1e12));
    const piece = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent <= bounds.uploadBytes && !socket.destroyed; sent += piece.length) {
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
    }
    await new Promise((resolve) => (socket.closed ? resolve(0) : socket.once('close', resolve)));
    expect(reply).toMatch(/^(HTTP\/1\.1 413 |$)/);
  });

  test('are few at a time', async () => {
    const { port } = await serve();
    const { key } = await granted(port);
    const open = await Promise.all(Array.from({ length: bounds.loadRequests }, () => hold(port, post(key, 10))));
    onTestFinished(() => open.forEach(({ socket }) => void socket.destroy()));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await answerTo(port, post(key, 10))).toMatch(/^HTTP\/1\.1 429 /);
  });
});

describe('a download', () => {
  test('is sent by one answer, from the start to the end of its stream', async () => {
    const { port } = await serve();
    const { key, begin, ws } = await granted(port, { direction: 'down' });
    const { socket, reply, ended } = await hold(port, request(load(key)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(reply()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Cache-Control: no-store, no-transform\r\n[\s\S]*\r\n\r\n$/);
    expect(reply()).toContain('X-Accel-Buffering: no');
    expect(await answerTo(port, request(load(key)))).toMatch(/^HTTP\/1\.1 409 /);
    await begin();
    await once(socket, 'data');
    ws.terminate();
    await ended;
    expect(await answerTo(port, request(load(key)))).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('that nobody reads ends with its time all the same', async () => {
    const { port } = await serve();
    const { key, begin, hears } = await granted(port, { direction: 'down', seconds: 0.5 });
    const { socket, ended } = await hold(port, request(load(key)));
    socket.pause();
    await begin();
    expect(await hears('result')).toMatchObject({ type: 'result' });
    socket.resume();
    await ended;
  });

  test('whose reader goes away ends the test', async () => {
    const { port } = await serve();
    const { key, begin, hears } = await granted(port, { direction: 'down' });
    const { socket } = await hold(port, request(load(key)));
    await begin();
    await once(socket, 'data');
    socket.destroy();
    expect(await hears('error')).toMatchObject({ code: 'peer-lost' });
  });
});

describeNeeding('a download over TLS', [program('openssl')], () => {
  test('ends with its stream', async () => {
    const { cert, key: privateKey } = await makeCertificates(onTestFinished);
    const tls = { cert: await readFile(cert, 'utf8'), key: await readFile(privateKey, 'utf8') };
    const { port } = await serve({ tls });
    const { key, begin, ws } = await granted(port, { direction: 'down' }, 'wss');
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => {});
    const closed = once(socket, 'close');
    socket.write(request(load(key)));
    await once(socket, 'data');
    await begin();
    await once(socket, 'data');
    socket.resume();
    ws.terminate();
    await closed;
  });
});
