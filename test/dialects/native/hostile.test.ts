/** Peers that break the protocol: each gets a coded refusal, and the server goes on serving others. */
import { createHash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../../src/client.js';
import { nodeHost } from '../../../src/host/node.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { collect } from '../../support/events.js';
import { FakeClock } from '../../support/fake-clock.js';
import { frame } from '../../support/frames.js';
import { hello } from '../../support/hello.js';
import { hurriedClock } from '../../support/hurried-clock.js';
import { clientPlan } from '../../support/plans.js';
import { nativeProtocol } from '../../support/raw.js';

let server: WperfServer;
let port: number;
let clock: FakeClock;
let notices: string[];

beforeEach(async () => {
  clock = new FakeClock();
  server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false }, { clock });
  port = server.address.port;
  notices = [];
  server.on('notice', (notice) => notices.push(notice.text));
});

afterEach(async () => {
  await server.close();
  expect(clock.pending).toBe(0);
});

interface Closed {
  readonly code: number;
  readonly texts: Record<string, unknown>[];
}

/** A WebSocket client that sends `messages`, each once the one before was answered, and waits for its end. */
async function speak(messages: readonly (string | Buffer | object)[], afterwards = () => {}): Promise<Closed> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
  const texts: Record<string, unknown>[] = [];
  const queue = [...messages];
  const sendNext = () => {
    const message = queue.shift();
    if (message === undefined) afterwards();
    else ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  };
  ws.on('open', sendNext);
  ws.on('message', (data) => {
    texts.push(JSON.parse(data.toString()));
    sendNext();
  });
  ws.on('error', () => {});
  return new Promise((resolve) => ws.on('close', (code) => resolve({ code, texts })));
}

/** A TCP client that sends raw bytes; resolves with what came back when the server has closed. */
function speakRaw(bytes: string | Buffer, afterwards = (_socket: Socket) => {}): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let reply = '';
  socket.on('data', (chunk) => {
    reply += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(bytes, () => afterwards(socket));
  return new Promise((resolve) => socket.on('close', () => resolve(reply)));
}

async function stillServes(): Promise<void> {
  const other = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  await other.close();
  const { code, texts } = await speak([hello, { type: 'error', code: 'bye', message: 'enough' }]);
  expect(texts[0]).toMatchObject({ type: 'grant' });
  expect(code).toBe(1000);
}

const step = () => clock.advance(11);

describe('a client that', () => {
  it.each([
    ['says nothing after the upgrade', [], 'timeout', 1008],
    ['says nothing after the grant', [hello], 'timeout', 1008],
  ])('%s is let go in time', async (_what, messages, code, closeCode) => {
    const { code: closed, texts } = await speak(messages, () => {
      setImmediate(() => clock.advance(61));
    });
    expect(texts.at(-1)).toMatchObject({ type: 'error', code });
    expect(closed).toBe(closeCode);
  });

  it.each([
    ['bad JSON', '{', 'not JSON'],
    ['a message nobody knows', { type: 'rm' }, 'no known type'],
    ['start before hello', { type: 'start' }, 'start where hello was due'],
    ['a hello with a huge block', { ...hello, blockBytes: 2 ** 40 }, 'blockBytes must be'],
    ['a hello with stream above streams', { ...hello, stream: 2 }, 'stream is larger than streams'],
    ['a control message of 200 KB', JSON.stringify({ ...hello, extra: 'x'.repeat(200_000) }), 'control message of'],
    ['deep JSON', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'no known type'],
  ])('sends %s is refused', async (_what, message, reason) => {
    const { code, texts } = await speak([message]);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatchObject({ type: 'error', code: 'protocol-violation' });
    expect(texts[0]?.message).toContain(reason);
    expect(code).toBe(1002);
    await vi.waitFor(() => expect(notices.join()).toContain(reason));
    await stillServes();
  });

  it.each([
    ['load before it was granted anything', [Buffer.alloc(1000)]],
    ['load in a test that goes the other way', [{ ...hello, direction: 'down' }, Buffer.alloc(1000)]],
  ])('sends %s is refused', async (_what, messages) => {
    expect((await speak(messages)).code).toBe(1002);
    await vi.waitFor(() => expect(notices.join()).toContain('load that was not asked for'));
    await stillServes();
  });

  it('sends a binary frame beyond the limit is refused', async () => {
    expect((await speak([hello, Buffer.alloc(5 * 1024 * 1024)])).code).toBe(1009);
    await vi.waitFor(() => expect(notices.join()).toContain(': it broke a rule of WebSocket (Max payload size'));
    await stillServes();
  });

  const route = {
    protocol: 'auto',
    firstHop: 1,
    maxHops: 1,
    queries: 1,
    timeoutSeconds: 1,
    names: false,
    serial: false,
  };
  it.each([
    ['the pings of a run', { mode: 'ping' }],
    ['pings beside a test', { mode: 'latency' }],
    ['a route', { mode: 'traceroute', trace: route }],
  ])('speaks on among %s is refused', async (_what, wish) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
    ws.on('open', () => ws.send(JSON.stringify({ ...hello, ...wish })));
    ws.once('message', () => {
      for (const message of [{ type: 'start' }, { type: 'sent', packets: 1 }]) ws.send(JSON.stringify(message));
    });
    expect(await new Promise((resolve) => ws.on('close', resolve))).toBe(1002);
    await vi.waitFor(() => expect(notices.join()).toMatch(/127\.0\.0\.1:\d+: the peer sent sent where none was due/));
    await vi.waitFor(() => expect(clock.pending).toBe(0));
  });

  it.each([
    ['has that stream', {}],
    ['goes the other way', { stream: 2, direction: 'down' }],
    ['carries packets', { stream: 2, mode: 'datagram', blockBytes: 1400, bitsPerSecond: 1e6 }],
    ['has fewer streams', { stream: 2, streams: 3 }],
  ])('joins a test that %s is refused', async (_what, wish) => {
    const first = { ...hello, streams: 2 };
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
    ws.on('open', () => ws.send(JSON.stringify(first)));
    await new Promise((resolve) => ws.once('message', resolve));
    const { code, texts } = await speak([{ ...first, ...wish }]);
    expect([code, texts.at(-1)?.message]).toEqual([
      1002,
      expect.stringContaining('of a session that has it, or is of'),
    ]);
    expect(ws.readyState).toBe(ws.OPEN);
    ws.terminate();
  });

  const span = { start: 0, end: 1 };
  const interval = { ...span, type: 'interval', index: 0, omitted: false };
  const result = { type: 'result', cpu: { total: 1, user: 1, system: 0 }, busy: 0.1 };
  const packets = { packets: 2 ** 40, lost: 0, outOfOrder: 0, duplicates: 0, jitterMs: 0, malformed: 0 };
  const down = { direction: 'down' };
  it.each([
    ['an interval where it sends', {}, { ...interval, bytes: 1 }, /interval where none was due$/],
    ['a count of packets where none are counted', {}, { type: 'sent', packets: 5 }, /sent where none was due$/],
    [
      'an interval with more than it was sent',
      down,
      { ...interval, bytes: 2 ** 50 },
      /a count of more than it was sent$/,
    ],
    [
      'a result with more than it was sent',
      down,
      { ...result, received: { ...span, bytes: 2 ** 50 } },
      /a count of more than it was sent$/,
    ],
    [
      'a result with more packets than there were',
      { ...down, mode: 'datagram', blockBytes: 1400, bitsPerSecond: 1e6 },
      { ...result, packets },
      /a count of more than it was sent$/,
    ],
  ])('sends %s during a test is named by its address', async (_what, wish, word, rule) => {
    const ended = new Promise<string>((resolve) =>
      server.on('test', (event) => event.type === 'error' && resolve(event.error.message)),
    );
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
    ws.on('open', () => ws.send(JSON.stringify({ ...hello, ...wish })));
    ws.once('message', () => {
      for (const message of [{ type: 'start' }, word]) ws.send(JSON.stringify(message));
    });
    const told = await ended;
    expect(told).toMatch(/^127\.0\.0\.1:\d+: the peer sent /);
    expect(told).toMatch(rule);
  });

  it('floods control messages is refused', async () => {
    const flood = Array.from({ length: 2000 }, () => JSON.stringify(hello));
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
    ws.on('error', () => {});
    ws.on('open', () => {
      for (const text of flood) ws.send(text);
    });
    await new Promise((resolve) => ws.on('close', resolve));
    await stillServes();
  });

  it('vanishes in the middle of a test is forgotten', async () => {
    const ended = new Promise((resolve) =>
      server.on('test', (event) => event.type === 'error' && resolve(event.error.code)),
    );
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
    ws.on('error', () => {});
    ws.on('open', () => ws.send(JSON.stringify({ ...hello, seconds: 600 })));
    ws.once('message', () => {
      ws.send(JSON.stringify({ type: 'start' }));
      ws.send(Buffer.alloc(1000));
      setTimeout(() => ws.pause(), 50);
      const silence = setInterval(() => clock.advance(1), 10);
      ws.on('close', () => clearInterval(silence));
    });
    expect(await ended).toBe('peer-lost');
    ws.terminate();
    await stillServes();
  });
});

describe('a connection that', () => {
  it('says nothing at all is dropped in time', async () => {
    expect(await speakRaw('', () => setTimeout(step, 50))).toBe('');
  });

  it('never finishes its request is dropped in time', async () => {
    expect(await speakRaw('GET / HTTP/1.1\r\nHost: x\r\nX: ', () => setTimeout(step, 50))).toBe('');
  });

  it.each([
    ['TLS where there is none', Buffer.from('160301', 'hex')],
    ['bytes of no known protocol', '\x01\x02abcdefgh'],
    ['what is no cookie of iperf3 after all', 'abcdefgh ijklmnop'],
    ['an endless header', `GET / HTTP/1.1\r\nX: ${'y'.repeat(40_000)}`],
  ])('opens with %s is dropped', async (_what, bytes) => {
    expect(await speakRaw(bytes)).not.toContain('101');
    await stillServes();
  });

  it('is an ordinary browser gets told what this is', async () => {
    const reply = await speakRaw('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n');
    expect(reply).toMatch(/^HTTP\/1.1 426 /);
    expect(reply).toContain('This is a wperf server. Measure with: wperf -c example.org');
  });

  it.each([
    ['wperf.v2', 'the server speaks wperf.v1, the client wperf.v2'],
    ['chat', 'the server speaks wperf.v1, the client no wperf sub-protocol'],
  ])('offers %s is refused with both versions', async (protocol, text) => {
    const reply = await speakRaw(
      `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    );
    expect(reply).toMatch(/^HTTP\/1.1 400 /);
    expect(reply).toContain('wperf-error: version-mismatch');
    expect(reply).toContain(text);
  });
});

/** A server that upgrades as one of wperf does, and goes on by itself. */
async function impostor(upgraded: (socket: Socket) => void): Promise<{ readonly port: number }> {
  const fake = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (asked) => {
      const [, key] = /Sec-WebSocket-Key: (\S+)/i.exec(asked.toString('latin1')) ?? [];
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`, nativeProtocol];
      socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
      upgraded(socket);
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void fake.close());
  await new Promise((resolve) => fake.once('listening', resolve));
  const address = fake.address();
  return { port: typeof address === 'object' && address ? address.port : 0 };
}

describe('a server that is not what it should be', () => {
  async function clientAgainst(answer: (socket: Socket) => void): Promise<string | undefined> {
    const fake = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => fake.once('listening', resolve));
    const address = fake.address();
    const fakePort = typeof address === 'object' && address ? address.port : 0;
    const { error } = await collect(runClientPlan(clientPlan(fakePort, { connectTimeoutMs: 300 })));
    fake.close();
    return error?.replaceAll(String(fakePort), 'PORT');
  }

  it.each([
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      'not-wperf: 127.0.0.1:PORT answered HTTP 200 OK, not as a wperf server: check the address, port and path',
    ],
    [
      'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
      'not-wperf: 127.0.0.1:PORT answered HTTP 404 Not Found, not as a wperf server: check the address, port and path',
    ],
    [
      'HTTP/1.1 400 Bad Request\r\nwperf-protocol: wperf.v7\r\nContent-Length: 0\r\n\r\n',
      'version-mismatch: 127.0.0.1:PORT speaks wperf.v7, this client wperf.v1: install the same version of wperf at both ends',
    ],
    [
      'HTTP/1.1 503 Busy\r\nwperf-error: server-full\r\nContent-Length: 13\r\n\r\nfull\u001b[31m now',
      'server-full: 127.0.0.1:PORT: full [31m now: try again later',
    ],
    [
      'SSH-2.0-OpenSSH_9.2\r\n',
      'not-wperf: 127.0.0.1:PORT does not answer as a wperf server: what it says is not HTTP',
    ],
  ])('%.40s', async (reply, expected) => {
    expect(await clientAgainst((socket) => socket.end(reply))).toBe(expected);
  });

  it('closes without an answer', async () => {
    expect(await clientAgainst((socket) => socket.destroy())).toMatch(
      /^not-wperf: .* closed the connection without an answer/,
    );
  });

  it.each([
    ['', 'timeout: 127.0.0.1:PORT: no challenge or grant message came within 10 s: it hangs, or something on the way'],
    ['?', 'protocol-violation: 127.0.0.1:PORT: the peer sent a control message that is not JSON'],
    ['{"type":"start"}', 'protocol-violation: 127.0.0.1:PORT: the peer sent start where challenge or grant was due'],
    ['{"type":"error","code":"odd","message":""}', 'request-refused: 127.0.0.1:PORT: it gives no reason (odd)'],
  ])('answers, and then says %j', async (said, expected) => {
    const { port: fakePort } = await impostor(
      (socket) => said !== '' && socket.write(frame(1, Buffer.from(said), { masked: false })),
    );
    const host = { ...nodeHost, clock: hurriedClock(50) };
    const { error } = await collect(runClientPlan(clientPlan(fakePort), { host }));
    expect(error?.replaceAll(String(fakePort), 'PORT')).toContain(expected);
  });

  it('never answers', async () => {
    expect(await clientAgainst(() => {})).toMatch(/^timeout: 127.0.0.1:PORT did not answer within 300 ms: /);
  });
});
