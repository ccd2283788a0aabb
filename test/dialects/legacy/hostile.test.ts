/** Peers that break the original's dialect: each is bounded or refused, and leaves nothing behind. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runClientPlan } from '../../../src/client.js';
import { nodeHost } from '../../../src/host/node.js';
import { setBuffers, withOptions } from '../../../src/host/tcp/options.js';
import type { ServerPlan } from '../../../src/plan/plan.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { descriptorOf } from '../../../src/transport/socket/descriptor.js';
import { collect, sorted } from '../../support/events.js';
import { FakeClock } from '../../support/fake-clock.js';
import { frame } from '../../support/frames.js';
import { clientPlan } from '../../support/plans.js';
import { hold, upgradeRequest } from '../../support/raw.js';

let server: WperfServer;
let clock: FakeClock;
let notices: string[];
let events: Parameters<typeof sorted>[0];

async function serve(plan: Partial<ServerPlan> = {}): Promise<void> {
  server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, { clock });
  server.on('notice', (notice) => notices.push(notice.text));
  server.on('test', (event) => events.push(event));
}

beforeEach(async () => {
  clock = new FakeClock();
  notices = [];
  events = [];
  await serve();
});

afterEach(async () => {
  await server.close();
  expect(clock.pending).toBe(0);
});

type Message = string | Buffer;

/** Sends everything at once; resolves with how the server closed. */
async function speak(messages: readonly Message[], afterwards = (_ws: WebSocket) => {}) {
  const ws = new WebSocket(`ws://127.0.0.1:${server.address.port}/`);
  const texts: string[] = [];
  ws.on('error', () => {});
  ws.on('message', (data, isBinary) => isBinary || texts.push(data.toString()));
  ws.on('open', () => {
    for (const message of messages) ws.send(message);
    afterwards(ws);
  });
  const [code, reason] = await new Promise<[number, string]>((resolve) =>
    ws.on('close', (closed, why) => resolve([closed, why.toString()])),
  );
  return { code, reason, texts };
}

/** Lets time pass until the server has had enough. */
const wait = (ws: WebSocket) => {
  const passing = setInterval(() => clock.advance(1), 5);
  ws.on('close', () => clearInterval(passing));
};

/** A connection that no longer reads or answers. */
const fallSilent = (ws: WebSocket) => {
  setTimeout(() => ws.pause(), 50);
  wait(ws);
};

/** The less the kernel keeps of what is not read, the fewer pings it takes. */
const keepLittle = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  withOptions(descriptorOf(socket), 4, (options) => setBuffers(options, { sndbufBytes: 4096 }));
};

const packet = (number: bigint, bytes = 1400) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeBigUInt64BE(number);
  return buffer;
};

const upload = '{"mode":"upload"}';

describe('a legacy client that', () => {
  it.each([
    ['says nothing', [], 'nothing was asked for within 10 s'],
    ['announces load and sends none', [upload], 'no load arrived from'],
    ['announces packets and sends none', ['UDP'], 'no load arrived from'],
  ])('%s is let go in time', async (_what, messages, text) => {
    await speak(messages, wait);
    await vi.waitFor(() => expect(notices.join()).toContain(text));
  });

  it.each([
    ['load', [upload, packet(0n)]],
    ['packets', ['UDP', packet(0n)]],
    ['pings', ['{"command":"ping"}', '{"type":"ping","seq":0}']],
  ])('falls silent amid its %s is taken for lost, and what came before is told', async (what, messages) => {
    const ended = vi.waitFor(() => expect(notices.join()).toMatch(/nothing came from .* for 15 s/), 9000);
    let socket: WebSocket | undefined;
    const closed = speak(messages, (ws) => {
      socket = ws;
      fallSilent(ws);
    });
    await ended;
    socket?.terminate();
    await closed;
    if (what === 'pings') return;
    const failure = events.find((event) => event.type === 'error');
    expect(failure?.partial?.sums[0]?.received?.bytes).toBeGreaterThan(0);
  });

  it.each([
    ['a text amid load', [upload, packet(0n), 'hello'], 'sent a text where load was due'],
    ['a text amid packets', ['UDP', packet(0n), 'hello'], 'sent a text where packets were due'],
    ['a text amid pings', ['{"command":"ping"}', 'hello'], 'sent a text where a ping was due'],
    ['a text too long', ['x'.repeat(5000)], ': it sent a text of 5000 characters'],
    ['load in a reverse test', ['REVERSE', packet(0n)], 'load that was not asked for'],
    ['load before anything', [packet(0n)], 'load that was not asked for'],
    ['an unknown mode', ['{"mode":"sideways"}'], 'unknown mode'],
    ['deep JSON', [`${'['.repeat(2000)}${']'.repeat(2000)}`], 'unknown mode'],
    ['no options', ['{"mode":"upload","simulation_options":[]}'], 'simulation_options must be an object'],
    ['a delay of days', ['{"mode":"upload","simulation_options":{"sim_latency":1e8}}'], 'sim_latency must be'],
    ['a negative jitter', ['{"mode":"upload","simulation_options":{"sim_jitter":-1}}'], 'sim_jitter must be'],
    ['a loss of more than all', ['{"mode":"upload","simulation_options":{"sim_loss":1000}}'], 'sim_loss must be'],
    ['a giant sim_sndbuf', ['{"mode":"upload","simulation_options":{"sim_sndbuf":1e12}}'], 'sim_sndbuf must be'],
    ['a giant sim_mtu', ['{"mode":"reverse","simulation_options":{"sim_mtu":1e9}}'], 'sim_mtu must be'],
  ])('sends %s is refused', async (_what, messages, text) => {
    const { code } = await speak(messages);
    expect([1000, 1002, 1008]).toContain(code);
    await vi.waitFor(() => expect([...notices, sorted(events).end?.warnings].join()).toContain(text));
    await vi.waitFor(() => expect(clock.pending).toBe(0));
  });

  it('floods texts is refused at the first', async () => {
    const { code, reason } = await speak(Array.from({ length: 20_000 }, () => 'UDP?'));
    expect([code, reason]).toEqual([1008, 'this server asks for no token']);
    await vi.waitFor(() => expect(notices).toHaveLength(1));
  });

  it('pings without reading the answers is refused', async () => {
    const text = (words: string) => frame(1, Buffer.from(words));
    const pings = Buffer.concat(
      Array.from({ length: 1000 }, () => text(`{"type":"ping","seq":${Number.MAX_SAFE_INTEGER}}`)),
    );
    subscribe('net.server.socket', keepLittle);
    onTestFinished(() => void unsubscribe('net.server.socket', keepLittle));
    const { socket, ended } = await hold(server.address.port, upgradeRequest());
    socket.pause();
    socket.write(text('{"command":"ping"}'));
    const flooding = setInterval(() => socket.writableNeedDrain || socket.write(pings), 20);
    onTestFinished(() => clearInterval(flooding));
    await vi.waitFor(() => expect(notices.join()).toContain('pings without reading the answers'), 40_000);
    // What it has sent it would go on sending, unread as it is.
    socket.destroy();
    await ended;
  });

  it('numbers its packets out of all reason gets a true total', async () => {
    const packets = [packet(0n), packet(2n ** 40n), packet(2n ** 64n - 1n), packet(1n), packet(1n), Buffer.alloc(9)];
    const { texts } = await speak(['UDP', ...packets, 'EOT_C']);
    expect(JSON.parse(texts[0] ?? '')).toMatchObject({ lost_packets: 0, total_packets: 2, loss_percent: 0 });
    expect(sorted(events).end?.sums[0]?.received?.bytes).toBe(2800);
    expect(sorted(events).end?.sums[0]?.packets).toMatchObject({ packets: 2, lost: 0, outOfOrder: 0, duplicates: 1 });
    expect(sorted(events).end?.warnings.join()).toContain('3 packets were malformed');
  });

  it('goes without a word keeps its figures, marked', async () => {
    await speak([upload, packet(0n, 65_544)], (ws) => setTimeout(() => ws.close(), 50));
    await vi.waitFor(() => expect(sorted(events).end).toBeDefined());
    expect(sorted(events).end).toMatchObject({ interrupted: true });
    expect(sorted(events).end?.sums[0]).toMatchObject({ sent: null, received: { bytes: 65_544 } });
    expect(sorted(events).end?.warnings.join()).toContain('without saying that it was done');
  });

  it('finds fault with the protocol without a word is said to have closed', async () => {
    await speak([upload, packet(0n)], (ws) => setTimeout(() => ws.close(1002), 50));
    await vi.waitFor(() =>
      expect(notices.join()).toMatch(/^127\.0\.0\.1:\d+: the connection .* was closed by the other/),
    );
  });

  it("uploads beyond the server's ceiling is ended", async () => {
    await server.close();
    await serve({ seconds: 2 });
    const { reason } = await speak([upload, packet(0n)], wait);
    expect(reason).toBe('the server allows no longer tests');
    expect(sorted(events).end?.sums[0]?.received).toMatchObject({ bytes: 1400, end: 2 });
  });

  describe("sends packets beyond the server's ceiling", () => {
    const beyond = async (lastly: Message) => {
      await server.close();
      await serve({ seconds: 2 });
      const heard = await speak(['UDP', packet(0n)], (ws) => {
        let number = 0n;
        const sending = setInterval(() => ws.send(packet(++number)), 2);
        ws.on('close', () => clearInterval(sending));
        ws.on('message', () => ws.send(lastly));
        wait(ws);
      });
      expect(sorted(events).end?.sums[0]?.received?.end).toBe(2);
      expect(heard.texts).toHaveLength(1);
      return heard;
    };

    it('is counted up to it, and ended', async () => {
      expect(await beyond(packet(0n))).toMatchObject({ code: 1008, reason: 'the server allows no longer tests' });
    });

    it('is counted up to it, and ends by itself', async () => {
      expect(await beyond('EOT_C')).toMatchObject({ code: 1000 });
    });
  });

  it('sends more than the server allows is told so', async () => {
    await server.close();
    await serve({ rate: { bitsPerSecond: 1e6, seconds: 1 } });
    const { code, reason } = await speak([upload, packet(0n, 2 ** 20)], wait);
    expect([code, reason]).toEqual([1008, expect.stringContaining('1Mbit/s that this server allows')]);
  });

  it('is there when the server stops gets its end', async () => {
    const closed = speak(['REVERSE'], (ws) => ws.once('message', () => void server.close()));
    expect((await closed).texts).toEqual(['EOT_S']);
    expect(sorted(events).end).toMatchObject({ interrupted: true });
  });

  it('comes to a one-off server is its one test', async () => {
    await server.close();
    await serve({ oneOff: true });
    const gone = new Promise((resolve) => server.once('close', () => resolve('gone')));
    expect((await speak(['sesame'])).code).toBe(1008);
    await speak([upload, packet(0n), 'EOT_C']);
    expect(await gone).toBe('gone');
  });
});

describe('a legacy server that', () => {
  async function clientAgainst(answer: (ws: WebSocket) => void, plan = {}) {
    const fake = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false });
    await new Promise((resolve) => fake.on('listening', resolve));
    fake.on('connection', (ws) => {
      ws.on('error', () => {});
      answer(ws);
    });
    const address = fake.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const passing = setInterval(() => clock.advance(0.05), 5);
    const collected = await collect(runClientPlan(clientPlan(port, plan), { host: { ...nodeHost, clock } }));
    clearInterval(passing);
    for (const ws of fake.clients) ws.terminate();
    await new Promise((resolve) => fake.close(resolve));
    return collected;
  }

  it.each([
    ['never sends', () => {}, /^no-load: no load arrived from /],
    [
      'sends its load back',
      (ws: WebSocket) => ws.on('message', (data) => ws.send(data)),
      /^protocol-violation: .*not asked for/,
    ],
    ['talks', (ws: WebSocket) => ws.on('message', () => ws.send('hello')), /^protocol-violation: .* sent a text where/],
    ['refuses', (ws: WebSocket) => ws.close(1008, 'busy\u0007'), /^peer-lost: .* \(busy \)$/],
    ['vanishes', (ws: WebSocket) => ws.on('message', () => ws.terminate()), /^peer-lost: /],
  ])('%s fails the test in one line', async (what, answer, expected) => {
    const { error, end } = await clientAgainst(answer, { direction: what === 'never sends' ? 'down' : 'up' });
    expect(error).toMatch(expected);
    expect(end).toBeUndefined();
  });

  it('never ends does not keep the client', async () => {
    const { error, end } = await clientAgainst(
      (ws) => {
        ws.once('message', () => {
          const sending = setInterval(() => ws.send(packet(0n)), 1);
          ws.on('close', () => clearInterval(sending));
        });
      },
      { direction: 'down' },
    );
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.received?.end).toBeCloseTo(0.3, 1);
  });
});
