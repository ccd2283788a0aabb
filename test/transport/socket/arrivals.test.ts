/** Sockets whose bytes come with the moment at which the kernel received them, on loopback. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/host/clock.js';
import { readWithArrivals } from '../../../src/transport/socket/arrivals.js';
import { readIntoOneBuffer } from '../../../src/transport/socket/read-buffer.js';

const PACKET_BYTES = 4;

interface Arrival {
  readonly text: string;
  readonly at: number | undefined;
}

let server: Server;
let sender: Socket;
let receiver: Socket;
let arrivals: Arrival[];

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  sender = connect(port, '127.0.0.1').setNoDelay();
  sender.on('error', () => {});
  [receiver] = await once(server, 'connection');
  arrivals = [];
  const consumer = (chunk: Buffer, at?: number) => arrivals.push({ text: chunk.toString(), at });
  expect(readIntoOneBuffer(receiver, consumer)).toBeDefined();
  expect(readWithArrivals(receiver, () => PACKET_BYTES, consumer)).toBe(true);
  await untilStamped();
});

afterEach(async () => {
  sender.destroy();
  receiver.destroy();
  server.close();
  await once(server, 'close');
});

/** The kernel begins to stamp a moment after it is asked to. */
async function untilStamped(): Promise<void> {
  for (let sent = PACKET_BYTES; arrivals.at(-1)?.at === undefined; sent += PACKET_BYTES) {
    sender.write('sent');
    await vi.waitFor(() => expect(texts()).toHaveLength(sent));
  }
  arrivals = [];
}

const texts = () => arrivals.map(({ text }) => text).join('');

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function busy(seconds: number): void {
  const until = systemClock.now() + seconds;
  while (systemClock.now() < until);
}

describe.skipIf(process.platform !== 'linux')('arrivals (Linux)', () => {
  it('are when the kernel had the bytes, not when a busy process comes to read them', async () => {
    const wrote = systemClock.now();
    sender.write('slow');
    busy(0.1);
    const read = systemClock.now();
    await vi.waitFor(() => expect(texts()).toBe('slow'));
    expect(arrivals[0]?.at).toBeGreaterThan(wrote - 0.001);
    expect(arrivals[0]?.at).toBeLessThan(read - 0.05);
  });

  it('are those of each packet', async () => {
    for (const text of ['one.', 'two.', 'tri.']) {
      sender.write(text);
      await vi.waitFor(() => expect(texts()).toContain(text));
      busy(0.005);
    }
    const [one = 0, two = 0, three = 0] = arrivals.map(({ at }) => at);
    expect(two - one).toBeGreaterThan(0.004);
    expect(three - two).toBeGreaterThan(0.004);
  });

  it('of much at once lose nothing of it', async () => {
    const much = Buffer.alloc(3_000_000, 'load');
    sender.write(much);
    await vi.waitFor(() => expect(texts().length).toBe(much.length), 5000);
    expect(texts()).toBe(much.toString());
  });

  it('end with the goodbye of the peer, which the socket itself hears', async () => {
    const ended = once(receiver, 'end');
    sender.end('last');
    await ended;
    expect(texts()).toBe('last');
  });

  it('end with a reset, which the socket tells of', async () => {
    const failed = once(receiver, 'error');
    sender.resetAndDestroy();
    const [error] = await failed;
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(receiver.destroyed).toBe(true);
  });

  it('end when this side lets go, and leave no descriptor behind', async () => {
    const before = openDescriptors();
    sender.write('more');
    const closed = [receiver, sender].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    receiver.destroy();
    await Promise.all(closed);
    expect(texts()).toBe('');
    // Those of both sockets and of the epoll set.
    expect(openDescriptors()).toBe(before - 3);
  });
});
