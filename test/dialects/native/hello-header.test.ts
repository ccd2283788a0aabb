/** The hello that comes with the request: taken once and said so, or not taken and said as a message. */
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runClientPlan, runPingPlan, runReverseTracePlan } from '../../../src/client.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { collect } from '../../support/events.js';
import { frame } from '../../support/frames.js';
import { hello } from '../../support/hello.js';
import { clientPlan, pingPlan, reverseTracePlan } from '../../support/plans.js';
import { type Held, hold, nativeProtocol, upgradeRequest } from '../../support/raw.js';

let server: WperfServer;
let port: number;

beforeEach(async () => {
  server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  port = server.address.port;
});

afterEach(() => server.close());

const taken = /^wperf-hello: taken\r$/m;

/** What comes back for a request with this hello until `known` is in it, or the server closes. */
async function answered(text: string, known: RegExp, ...lines: readonly string[]): Promise<string> {
  const header = `wperf-hello: ${Buffer.from(text).toString('base64url')}`;
  const { socket, ended, reply }: Held = await hold(port, upgradeRequest(...lines, header));
  await new Promise<void>((resolve) => {
    const look = () => known.test(reply()) && resolve();
    socket.on('data', look);
    void ended.then(() => resolve());
    look();
  });
  socket.destroy();
  return reply();
}

describe('a hello with the request', () => {
  it('is taken and answered with the grant', async () => {
    const reply = await answered(JSON.stringify(hello), /"type":"grant"/, nativeProtocol);
    expect(reply).toMatch(taken);
    expect(reply).toContain('"type":"grant"');
  });

  it('is not said to be taken where no sub-protocol is chosen', async () => {
    const reply = await answered(JSON.stringify(hello), /\r\n\r\n/);
    expect(reply).toMatch(/^HTTP\/1\.1 101 /);
    expect(reply).not.toMatch(/wperf-hello/i);
  });

  it.each([
    ['no JSON', '{'],
    ['another message', '{"type":"start"}'],
    ['a huge block', JSON.stringify({ ...hello, blockBytes: 2 ** 40 })],
  ])('of %s is not taken, and refused as the message that it is then', async (_what, text) => {
    const header = `wperf-hello: ${Buffer.from(text).toString('base64url')}`;
    const { socket, ended, reply } = await hold(port, upgradeRequest(nativeProtocol, header));
    socket.write(frame(1, Buffer.from(text)));
    await ended;
    expect(reply()).toMatch(/^HTTP\/1\.1 101 /);
    expect(reply()).not.toMatch(/wperf-hello/i);
    expect(reply()).toContain('"code":"protocol-violation"');
  });
});

/** A TCP relay that changes words on their way to the server, or back. */
async function changing(
  words: string | readonly string[],
  way: 'there' | 'back',
): Promise<{ port: number; changed: () => number }> {
  let changed = 0;
  const changeOne = (text: string, word: string) => {
    if (!text.includes(word)) return text;
    changed++;
    return text.replace(word, word.replace(/./, 'x'));
  };
  return { port: await rewriting(way, (text) => [words].flat().reduce(changeOne, text)), changed: () => changed };
}

/** The port of a TCP relay that writes anew what it passes on, the one way. */
async function rewriting(way: 'there' | 'back', rewrite: (text: string) => string): Promise<number> {
  const change = (bytes: Buffer) => Buffer.from(rewrite(bytes.toString('latin1')), 'latin1');
  const relay = createServer((client) => {
    const far = connect(port, '127.0.0.1');
    client.on('data', (bytes) => far.write(way === 'there' ? change(bytes) : bytes));
    far.on('data', (bytes) => client.write(way === 'back' ? change(bytes) : bytes));
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => relay.close(() => resolve())));
  return (relay.address() as { port: number }).port;
}

describe('a proxy that garbles', () => {
  it.each([
    ["the request's header", 'there', /(?<=wperf-hello: )..../, 'xxxx'],
    ["the request's header, which it cuts", 'there', /(?<=wperf-hello: .{40}).*(?=\r)/, ''],
    ["the request's header, which it empties", 'there', /(?<=wperf-hello: ).*(?=\r)/, ''],
    ["the request's header, which it says twice", 'there', /(wperf-hello: .*\r\n)/, '$1$1'],
    ["the answer's word", 'back', /(?<=wperf-hello: )taken/, 'tak'],
  ] as const)('%s costs the test nothing', async (_what, way, words, other) => {
    const relay = await rewriting(way, (text) => text.replace(words, other));
    const { error, end } = await collect(runClientPlan(clientPlan(relay)));
    expect(error).toBeUndefined();
    expect(end).toBeDefined();
  });
});

describe('a proxy that strips', () => {
  it("the request's header costs the test nothing", async () => {
    const relay = await changing('wperf-hello', 'there');
    const { error, end } = await collect(runClientPlan(clientPlan(relay.port)));
    expect([error, relay.changed()]).toEqual([undefined, 1]);
    expect(end).toBeDefined();
  });

  it.each([{}, { token: 'sesame' }])("the answer's alone costs it nothing either, %j", async (secret) => {
    await server.close();
    server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...secret });
    port = server.address.port;
    const relay = await changing('wperf-hello', 'back');
    const { error, end } = await collect(runClientPlan(clientPlan(relay.port, { ...secret, streams: 2 })));
    expect([error, relay.changed()]).toEqual([undefined, 2]);
    expect(end).toBeDefined();
  });

  it.each([
    ['its names', ['Sec-WebSocket-Protocol', 'wperf-protocol'], {}],
    ['its names', ['Sec-WebSocket-Protocol', 'wperf-protocol'], { token: 'sesame', legacyToken: true }],
    ['all of it', ['Sec-WebSocket-Protocol', 'wperf-protocol', 'wperf-hello'], {}],
  ])('%s from the answer is named, and not taken for the original, %#', async (_what, words, secret) => {
    await server.close();
    server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...secret });
    port = server.address.port;
    const relay = await changing(words, 'back');
    const line = `a proxy on the way to 127.0.0.1:${relay.port} did not pass Sec-WebSocket-Protocol on`;
    const plan = { ...secret, seconds: 0.2 };
    expect((await collect(runClientPlan(clientPlan(relay.port, plan)))).error).toContain(line);
    expect((await collect(runClientPlan(clientPlan(relay.port, { ...plan, direction: 'down' })))).error).toContain(
      line,
    );
    const pings = [];
    for await (const event of runPingPlan(pingPlan(relay.port, secret))) pings.push(event);
    expect(pings.at(-1)).toMatchObject({ type: 'error', error: { code: 'proxy-failure' } });
    const route = runReverseTracePlan(reverseTracePlan(relay.port, secret));
    const drained = (async () => {
      for await (const _ of route);
    })();
    await expect(drained).rejects.toMatchObject({ code: 'proxy-failure' });
  });

  it('a hello that is said a third time, or changed, is refused', async () => {
    const { socket, ended, reply } = await hold(port, upgradeRequest(nativeProtocol));
    const say = (text: string) => socket.write(frame(1, Buffer.from(text)));
    for (let i = 0; i < 3; i += 1) say(JSON.stringify(hello));
    await ended;
    expect(reply()).toContain('hello where start was due');
  });
});
