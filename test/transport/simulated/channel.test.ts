/** A simulated path over an in-memory connection, with a clock that moves when told to. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { bounds } from '../../../src/defaults/index.js';
import type { Simulation } from '../../../src/plan/plan.js';
import { packetCodec, write64 } from '../../../src/protocol/packet-header.js';
import type { Closed } from '../../../src/transport/channel.js';
import { SimulatedChannel } from '../../../src/transport/simulated/channel.js';
import type { WsChannel } from '../../../src/transport/ws/channel.js';
import { channelPair } from '../../support/channel-pair.js';
import { FakeClock } from '../../support/fake-clock.js';

const open: WsChannel[] = [];

afterEach(() => {
  for (const channel of open.splice(0)) channel.drop();
});

async function simulatedPair(simulation: Partial<Simulation>, packets = false, lane = true) {
  const pair = await channelPair({ clientLane: lane, serverLane: lane });
  open.push(pair.client, pair.server);
  const clock = new FakeClock();
  const over = (channel: WsChannel, name: string) =>
    new SimulatedChannel(channel, {
      simulation: { seed: 1, ...simulation },
      ...{ name, clock, packets, bitsPerSecond: 0 },
    });
  return { clock, inner: pair, client: over(pair.client, 'client'), server: over(pair.server, 'server') };
}

/** Lets what has been sent arrive. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

async function fate(ping: Promise<number>): Promise<number | 'lost' | 'out'> {
  return Promise.race([ping.catch(() => 'lost' as const), settle().then(() => 'out' as const)]);
}

describe('a simulated channel', () => {
  it('delays texts, and keeps their order with the load', async () => {
    const { clock, client, server, inner } = await simulatedPair({ latencyMs: 50, jitterMs: 20 });
    const held = () => client.queuedBytes - inner.client.queuedBytes;
    const arrived: string[] = [];
    server.onText = (text) => arrived.push(text);
    server.sink = { arrived: (bytes) => arrived.push(String(bytes)) };
    client.send('before');
    client.loadWriter(1024, 1024).write(1024, () => {});
    client.send('after');
    expect(held()).toBe('before'.length + 'after'.length);
    clock.advance(0.029);
    await settle();
    expect(arrived).toEqual([]);
    clock.advance(0.042);
    await settle();
    expect(arrived).toEqual(['before', '1024', 'after']);
    expect(held()).toBe(0);
  });

  it('makes a round trip longer by what each end delays', async () => {
    const { clock, client, server } = await simulatedPair({ latencyMs: 50 });
    const ping = client.ping();
    clock.advance(0.05);
    expect(await fate(ping)).toBe('out');
    expect(server.pingsAnswered).toBe(0);
    clock.advance(0.05);
    const rttMs = await ping;
    expect(rttMs).toBeGreaterThanOrEqual(50);
    expect(rttMs).toBeLessThan(1000);
    expect(server.pingsAnswered).toBe(1);
  });

  it('loses pings, which are given up when a later one is answered, but never answers or texts', async () => {
    const { clock, client, server } = await simulatedPair({ lossPercent: 50 });
    const texts: string[] = [];
    server.onText = (text) => texts.push(text);
    const pings: Promise<number | string>[] = [];
    for (let i = 0; i < 60; i++) {
      pings.push(client.ping().catch(() => 'lost'));
      client.send(String(i));
      await settle();
    }
    client.drop();
    const lost = (await Promise.all(pings)).filter((ping) => ping === 'lost').length;
    expect(lost).toBeGreaterThan(15);
    expect(lost).toBeLessThan(45);
    expect(server.pingsAnswered).toBe(60 - lost);
    expect(texts).toHaveLength(60);
    expect(clock.pending).toBe(0);
  });

  it('loses the same messages under the same seed and name', async () => {
    const droppedBy = async (seed: number) => {
      const { client, server } = await simulatedPair({ lossPercent: 10, seed });
      let arrived = 0;
      server.sink = {
        arrived: (bytes) => {
          arrived += bytes;
        },
      };
      const writer = client.loadWriter(1024, 1024 * 1000);
      await new Promise<void>((taken) => writer.write(1024 * 1000, taken));
      await expect.poll(() => arrived).toBe(1024 * (1000 - client.simulated.dropped));
      return client.simulated;
    };
    const [one, again, other] = [await droppedBy(7), await droppedBy(7), await droppedBy(8)];
    expect(one).toEqual(again);
    expect(one.messages).toBe(1000);
    expect(other.dropped).not.toBe(one.dropped);
    for (const { dropped } of [one, other]) expect(Math.abs(dropped - 100)).toBeLessThan(40);
  });

  it.each([true, false])('carries the heads of packets from their writing, lane %s', async (lane) => {
    const { clock, client, server } = await simulatedPair({ latencyMs: 100, jitterMs: 50 }, true, lane);
    const numbers: number[] = [];
    server.packets = (head) => numbers.push(packetCodec.read(head)?.number ?? -1);
    let next = 0;
    const writer = client.loadWriter(64, 6400, (head) => write64(head, 0, next++));
    writer.write(64 * 50, () => {});
    expect(next).toBe(50);
    for (let i = 0; i < 200; i++) {
      clock.advance(0.001);
      await turn();
    }
    await expect.poll(() => numbers.length).toBe(50);
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(50);
  });

  it('says goodbye behind what waits', async () => {
    const { clock, client, server, inner } = await simulatedPair({ latencyMs: 50 });
    const seen: unknown[] = [];
    server.onText = (text) => seen.push(text);
    const closed = new Promise<Closed>((resolve) => {
      server.onClose = resolve;
    });
    client.send('last words');
    client.close('done', 'done', 1);
    clock.advance(0.05);
    expect(await closed).toEqual({ reason: 'done', text: 'done' });
    expect(seen).toEqual(['last words']);
    await expect.poll(() => clock.pending).toBe(0);
    client.close('done', 'again', 1);
    client.send('too late');
    expect(clock.pending).toBe(0);
    await expect(client.ping()).rejects.toThrow('closed');
    inner.client.drop();
  });

  it.each(['delayed', 'dropped'])('has closed when its goodbye is %s, and not before', async (how) => {
    const { clock, client } = await simulatedPair({ latencyMs: 50 });
    let hasClosed = false;
    void client.close('done', 'done', 1).then(() => {
      hasClosed = true;
    });
    clock.advance(0.049);
    await settle();
    expect(hasClosed).toBe(false);
    if (how === 'dropped') client.drop();
    else clock.advance(0.002);
    await settle();
    expect(hasClosed).toBe(true);
  });

  it('drops a connection whose goodbye does not get out', async () => {
    const { clock, client, server } = await simulatedPair({ latencyMs: 50 });
    const closed = new Promise<Closed>((resolve) => {
      server.onClose = resolve;
    });
    client.close('done', 'done', 0);
    clock.advance(0.05);
    await closed;
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer, and no ping without an end, when it is dropped in the middle', async () => {
    const { clock, client } = await simulatedPair({ latencyMs: 50, lossPercent: 50 });
    const fates = Array.from({ length: 20 }, () => client.ping().catch(() => 'lost'));
    client.send('never');
    client.loadWriter(1024, 1024).write(1024, () => {});
    expect(clock.pending).toBe(1);
    client.drop();
    expect(await Promise.all(fates)).toEqual(Array(20).fill('lost'));
    expect(clock.pending).toBe(0);
  });

  it('is told when the other end goes', async () => {
    const { clock, client, server } = await simulatedPair({ latencyMs: 50 });
    const closed = new Promise<Closed>((resolve) => {
      client.onClose = resolve;
    });
    client.send('never');
    server.drop();
    expect((await closed).reason).toBe('lost');
    expect(clock.pending).toBe(0);
  });

  it('answers no more pings at a time than an honest peer has out', async () => {
    const { clock, client, server, inner } = await simulatedPair({ latencyMs: 3000 });
    const closed = new Promise<Closed>((resolve) => {
      server.onClose = resolve;
    });
    const violations: string[] = [];
    server.onViolation = (text) => violations.push(text);
    for (let i = 0; i <= bounds.pingsInFlight; i++) void inner.client.ping().catch(() => {});
    await closed;
    expect(violations).toEqual(['more pings than can wait for their answers']);
    expect(clock.pending).toBe(0);
    client.drop();
  });

  it('gives up the oldest of the pings that it holds, beyond a bound', async () => {
    const { client } = await simulatedPair({ latencyMs: 3000 });
    const first = client.ping();
    for (let i = 1; i < bounds.pingsInFlight; i++) void client.ping().catch(() => {});
    expect(await fate(first)).toBe('out');
    void client.ping().catch(() => {});
    expect(await fate(first)).toBe('lost');
  });
});
