/** `--ping` over loopback sockets: the real server, and servers that misbehave. */
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { runPingPlan } from '../../../src/client.js';
import type { PingEvent, PingsServedEvent } from '../../../src/events/ping.js';
import { software } from '../../../src/package.js';
import type { ServerPlan } from '../../../src/plan/plan.js';
import { encodeMessage } from '../../../src/protocol/codec.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { collectPings, interruptedPings } from '../../support/pings.js';
import { pingPlan } from '../../support/plans.js';
import { changedTransport } from '../../support/transports.js';
import { startWperfServer } from '../../support/wperf.js';

const open: WperfServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(plan: Partial<ServerPlan> = {}) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan });
  open.push(server);
  const notices: string[] = [];
  server.on('notice', (notice) => notices.push(notice.text));
  const served: PingsServedEvent[] = [];
  server.on('pings', (event) => served.push(event));
  return { server, port: server.address.port, notices, served };
}

describe('pings over loopback', () => {
  it.skipIf(process.platform !== 'linux')("are the path's, however busy the client is (Linux)", async () => {
    const { port } = await startWperfServer(onTestFinished);
    const transport = changedTransport((channel) => {
      const ping = channel.ping.bind(channel);
      channel.ping = (written) => {
        const answer = ping(written);
        const until = performance.now() + 40;
        while (performance.now() < until);
        return answer;
      };
      return channel;
    });
    const plan = pingPlan(port, { count: 10, intervalSeconds: 0.1 });
    const { end } = await collectPings(runPingPlan(plan, { transport }));
    expect(end?.rtt?.medianMs).toBeLessThan(20);
  });

  it('are told one by one, then summed up', async () => {
    const { port, served } = await serve();
    const { all, start, pongs, end } = await collectPings(runPingPlan(pingPlan(port)));
    expect(all.map((event) => event.type)).toEqual(['ping-start', ...Array(5).fill('pong'), 'ping-end']);
    expect(start).toMatchObject({ peer: { host: '127.0.0.1', port }, count: 5, peerSoftware: software });
    expect(pongs.map((pong) => pong.seq)).toEqual([0, 1, 2, 3, 4]);
    const rtts = pongs.map((pong) => pong.rttMs ?? Number.NaN);
    for (const rtt of rtts) expect(rtt).toBeGreaterThan(0);
    expect(end).toMatchObject({ transmitted: 5, received: 5, lossPercent: 0, interrupted: false });
    expect(end?.rtt).toMatchObject({ samples: 5, minMs: Math.min(...rtts), maxMs: Math.max(...rtts) });
    await expect.poll(() => served).toHaveLength(1);
    expect(served[0]).toMatchObject({
      session: start?.session,
      answered: 5,
      peerSoftware: software,
      interrupted: false,
    });
  });

  it('need the token, and count as the one test of a one-off server', async () => {
    const { server, port } = await serve({ token: 'sesame', oneOff: true });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    expect((await collectPings(runPingPlan(pingPlan(port)))).error).toMatch(/^token-required/);
    expect((await collectPings(runPingPlan(pingPlan(port, { token: 'sesame' })))).end?.received).toBe(5);
    await closed;
    expect((await collectPings(runPingPlan(pingPlan(port, { token: 'sesame' })))).error).toMatch(/^connection-refused/);
  });

  it('last no longer than the server grants', async () => {
    const { port } = await serve({ seconds: 0.2 });
    const { end, notices } = await collectPings(runPingPlan(pingPlan(port, { count: 100, intervalSeconds: 0.1 })));
    expect(end?.transmitted).toBeLessThanOrEqual(3);
    expect(end?.received).toBe(end?.transmitted);
    expect(notices).toEqual(['info: The server allows tests of at most 0.2 s.']);
  });

  it('that are interrupted tell what they have', async () => {
    const { port } = await serve();
    const { last, early } = await interruptedPings(port);
    expect(last).toMatchObject({ type: 'ping-end', interrupted: true, lossPercent: 0 });
    expect(early).toBe('interrupted: interrupted before the first ping');
  });

  it('end with the server, when it is stopped', async () => {
    const { server, port } = await serve();
    const events: PingEvent[] = [];
    for await (const event of runPingPlan(pingPlan(port, { count: 1000 }))) {
      events.push(event);
      if (event.type === 'pong' && event.seq === 1) void server.close();
    }
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      error: { code: 'peer-terminated', message: `127.0.0.1:${port} was stopped before the last ping` },
      partial: { type: 'ping-end', received: 2, lossPercent: 0, interrupted: true },
    });
  });
});

/** A server frame (RFC 6455, section 5.2) of at most 125 bytes. */
function frame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}

const text = 0x1;
const pong = 0xa;

/** The payloads of the pings in what a client sent: short, masked frames. */
function pingsIn(bytes: Buffer): Buffer[] {
  const pings: Buffer[] = [];
  for (let at = 0; at + 6 <= bytes.length; ) {
    let length = (bytes[at + 1] ?? 0) & 0x7f;
    let head = at + 2;
    if (length === 126) {
      length = bytes.readUInt16BE(head);
      head += 2;
    }
    const mask = bytes.subarray(head, head + 4);
    const payload = bytes.subarray(head + 4, head + 4 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
    if (((bytes[at] ?? 0) & 0x0f) === 0x9) pings.push(Buffer.from(payload));
    at = head + 4 + length;
  }
  return pings;
}

/** Grants whatever is asked, then `answer` gets what each chunk of the client's holds. */
async function impostor(answer: (socket: Socket, pings: Buffer[]) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const fake = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (request) => {
      const key = /sec-websocket-key: (.*)\r\n/i.exec(request.toString('latin1'))?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: wperf.v1\r\n\r\n`,
      );
      const grant = {
        type: 'grant' as const,
        software: 'fake\u001b[31m 1',
        seconds: 10,
        bitsPerSecond: 0,
        reasons: [],
      };
      socket.once('data', () => {
        socket.write(frame(text, Buffer.from(encodeMessage(grant))));
        socket.on('data', (chunk) => answer(socket, pingsIn(chunk)));
      });
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    fake.close();
  });
  await new Promise((resolve) => fake.once('listening', resolve));
  const address = fake.address();
  return typeof address === 'object' && address ? address.port : 0;
}

describe('a server that is not what it should be', () => {
  it('cannot answer pings before they come, twice, or with what was not sent', async () => {
    const port = await impostor((socket, pings) => {
      for (const payload of ['', '1', '2', 'x'.repeat(125)]) socket.write(frame(pong, Buffer.from(payload)));
      for (const ping of pings)
        setTimeout(() => socket.write(Buffer.concat([frame(pong, ping), frame(pong, ping)])), 30);
    });
    const { start, pongs, end } = await collectPings(runPingPlan(pingPlan(port, { count: 3 })));
    expect(start?.peerSoftware).toBe('fake [31m 1');
    expect(end).toMatchObject({ transmitted: 3, received: 3 });
    for (const { rttMs } of pongs) expect(rttMs).toBeGreaterThan(28);
  });

  it('that answers only the newest ping has lost the others', async () => {
    const port = await impostor((socket, pings) => {
      for (const ping of pings) seen.push(ping);
      if (seen.length === 3 && pings.length > 0) socket.write(frame(pong, seen[2] ?? Buffer.alloc(0)));
    });
    const seen: Buffer[] = [];
    const { pongs, end } = await collectPings(runPingPlan(pingPlan(port, { count: 3 })));
    expect(pongs.map(({ seq, rttMs }) => [seq, rttMs === null])).toEqual([
      [0, true],
      [1, true],
      [2, false],
    ]);
    expect(end).toMatchObject({ received: 1, lossPercent: expect.closeTo(66.7, 1) });
  });

  it('that dies midway is noticed at once, without pings lost that were never answered for', async () => {
    let count = 0;
    const port = await impostor((socket, pings) => {
      for (const ping of pings) {
        if (++count > 2) socket.resetAndDestroy();
        else socket.write(frame(pong, ping));
      }
    });
    const { pongs, end, error } = await collectPings(runPingPlan(pingPlan(port, { count: 1000 })));
    expect(pongs.map(({ rttMs }) => rttMs !== null)).toEqual([true, true]);
    expect(end).toBeUndefined();
    expect(error).toMatch(
      /^peer-lost: the connection with 127\.0\.0\.1:\d+ was closed by the other side or on the way/,
    );
  });

  it.each([
    ['a message', frame(text, Buffer.from('{"type":"start"}')), 'the peer sent a start message among pings'],
    ['load', frame(0x2, Buffer.alloc(100)), 'load that was not asked for'],
    ['nonsense', frame(text, Buffer.from('?')), 'a control message that is not JSON'],
  ])('and sends %s among pongs is refused', async (_what, bytes, reason) => {
    const port = await impostor((socket) => socket.write(bytes));
    const { error } = await collectPings(runPingPlan(pingPlan(port)));
    expect(error).toMatch(/^protocol-violation: 127\.0\.0\.1:\d+: /);
    expect(error).toContain(reason);
  });
});
