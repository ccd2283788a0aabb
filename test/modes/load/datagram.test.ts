/** Datagram tests from client to server: what is counted, by whom, and what no peer can make of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../../src/client.js';
import type { EndEvent, TestEvent } from '../../../src/events/load.js';
import { datagramLoad } from '../../../src/modes/load/stream/datagram.js';
import type { ClientPlan } from '../../../src/plan/plan.js';
import { packetCodec } from '../../../src/protocol/packet-header.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import type { Data } from '../../../src/transport/channel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hello } from '../../support/hello.js';
import { clientPlan } from '../../support/plans.js';

const packetBytes = 200;
const datagram = {
  mode: 'datagram',
  blockBytes: packetBytes,
  bitsPerSecond: 1_600_000,
  seconds: 0.5,
} satisfies Partial<ClientPlan>;

let server: WperfServer;
let atServer: TestEvent[];

async function listen(lane: boolean): Promise<void> {
  server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false }, { lane });
  atServer = [];
  server.on('test', (event) => atServer.push(event));
}

beforeEach(() => listen(true));
afterEach(() => server.close());

async function run(changes: Partial<ClientPlan> = {}, signal?: AbortSignal): Promise<TestEvent[]> {
  const events: TestEvent[] = [];
  const plan = clientPlan(server.address.port, { ...datagram, ...changes });
  for await (const event of runClientPlan(plan, { signal })) events.push(event);
  return events;
}

function endOf(events: readonly TestEvent[]): EndEvent {
  const end = events.find((event) => event.type === 'end');
  if (!end) throw new Error(`no end: ${JSON.stringify(events.at(-1))}`);
  return end;
}

describe.each([
  ['the fast lane', true],
  ['plain calls', false],
])('over %s', (_what, lane) => {
  it.each(['up', 'down', 'bidir'] as const)('packets are numbered, counted and complete, %s', async (direction) => {
    await server.close();
    await listen(lane);
    const events = await run({ direction, streams: 2 });
    const end = endOf(events);
    expect(end.streams).toHaveLength(direction === 'bidir' ? 4 : 2);
    for (const { packets, received, sent, pacing } of end.streams) {
      const lost = pacing?.skipped;
      expect(packets).toMatchObject({ lost, outOfOrder: 0, duplicates: 0, malformed: 0 });
      expect(packets?.packets).toBe((received?.bytes ?? 0) / packetBytes + (lost ?? Number.NaN));
      expect(sent?.bytes).toBe(received?.bytes);
      expect(packets?.jitterMs).toBeGreaterThan(0);
      expect(packets?.delay?.maxMs).toBeGreaterThan(0);
    }
    const counted = events.flatMap((event) => (event.type === 'interval' ? event.sums : []));
    const packets = counted.reduce((sum, interval) => sum + (interval.packets?.packets ?? 0), 0);
    expect(packets).toBe(end.sums.reduce((sum, direction) => sum + (direction.packets?.packets ?? 0), 0));
    await vi.waitFor(() => expect(atServer.at(-1)?.type).toBe('end'));
    expect(endOf(atServer).sums.map((sum) => sum.packets)).toEqual(end.sums.map((sum) => sum.packets));
  });
});

describe('a datagram test', () => {
  it('has sent no part of a packet, and no less than may yet arrive', async () => {
    const clock = new FakeClock();
    const halfTaken = { blockBytes: 1400, maxBytes: 2800, takenBytes: 700, write: () => {}, limitUnsent: () => {} };
    const data = { loadWriter: () => halfTaken } as Partial<Data> as Data;
    const test = { ...clientPlan(0, datagram), blockBytes: 1400, bitsPerSecond: 0, omitSeconds: 0 };
    const told: number[] = [];
    const options = {
      test,
      clock,
      roundTripSeconds: 0,
      maxBytes: 2800,
      saySent: (packets: number) => told.push(packets),
    };
    const sender = datagramLoad.send(data, options);
    sender.stop();
    expect((await sender.finished).bytes % 1400).toBe(0);
    expect((await sender.finished).bytes).toBe(sender.writtenBytes);
    expect(sender.writtenBytes).toBeGreaterThan(0);
    expect(told).toHaveLength(1);
  });

  it('sends as many packets as the rate makes in its time', async () => {
    const [stream] = endOf(await run({ seconds: 1 })).streams;
    const late = Math.round((stream?.pacing?.lateSeconds ?? Number.NaN) * 1000);
    expect((stream?.packets?.packets ?? 0) + late).toBeGreaterThanOrEqual(900);
    expect((stream?.packets?.packets ?? 0) + late).toBeLessThanOrEqual(1000);
  });

  it('by bytes sends whole packets', async () => {
    const { streams } = endOf(await run({ bytes: 1001, seconds: 60 }));
    expect(streams[0]).toMatchObject({ sent: { bytes: 1200 }, received: { bytes: 1200 }, packets: { packets: 6 } });
  });

  it('leaves out what is omitted', async () => {
    const events = await run({ omitSeconds: 0.3, seconds: 0.3 });
    const [omitted] = events.flatMap((event) => (event.type === 'interval' ? event.sums : []));
    expect(omitted?.omitted).toBe(true);
    const { packets, pacing } = endOf(events).streams[0] ?? {};
    expect(packets?.lost).toBe(pacing?.skipped ?? 0);
    expect(packets?.packets).toBeGreaterThan(150);
    expect(packets?.packets).toBeLessThan(350);
  });

  it('without a rate sends as fast as it can, and loses nothing', async () => {
    const { streams } = endOf(await run({ bitsPerSecond: 0, seconds: 0.3 }));
    expect(streams[0]?.packets?.packets).toBeGreaterThan(100);
    expect(streams[0]?.packets?.lost).toBe(0);
    expect(streams[0]?.pacing).toBeUndefined();
  });

  it('that is interrupted tells what came until then, the last packet included', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 250);
    const end = endOf(await run({ seconds: 30 }, stop.signal));
    expect(end.interrupted).toBe(true);
    expect(end.streams[0]?.packets?.packets).toBeGreaterThan(10);
    expect(end.streams[0]?.packets?.lost).toBe(0);
    expect(end.streams[0]?.sent?.bytes).toBe(end.streams[0]?.received?.bytes);
  });
});

interface Packet {
  readonly number: number;
  readonly stampNs?: number;
  readonly bytes?: number;
}

/** A client of no good manners: sends these packets, then says to have sent `sent`. */
async function speak(packets: readonly Packet[], sent: number | undefined): Promise<Record<string, unknown>[]> {
  const ws = new WebSocket(`ws://127.0.0.1:${server.address.port}/`, 'wperf.v1');
  const texts: Record<string, unknown>[] = [];
  ws.on('error', () => {});
  ws.on('open', () => ws.send(JSON.stringify({ ...hello, ...datagram })));
  ws.on('message', (data) => {
    const message = JSON.parse(data.toString());
    texts.push(message);
    if (message.type === 'result') ws.close();
    if (message.type !== 'grant') return;
    ws.send(JSON.stringify({ type: 'start' }));
    for (const packet of packets) ws.send(packetOf(packet));
    if (sent !== undefined) ws.send(JSON.stringify({ type: 'sent', packets: sent }));
  });
  await new Promise((resolve) => ws.on('close', resolve));
  return texts;
}

function packetOf({ number, stampNs = 0, bytes = packetBytes }: Packet): Buffer {
  const packet = Buffer.alloc(Math.max(16, bytes));
  packetCodec.write(packet, { number, stampNs });
  return packet.subarray(0, bytes);
}

describe('a client that', () => {
  it.each([
    ['loses the end', [{ number: 0 }], 4, { packets: 4, lost: 3 }],
    ['sends nothing at all', [], 7, { packets: 7, lost: 7 }],
    [
      'sends out of order and twice',
      [{ number: 1 }, { number: 0 }, { number: 1 }],
      2,
      { packets: 2, lost: 0, outOfOrder: 1, duplicates: 1 },
    ],
    ['jumps by 2^40', [{ number: 0 }, { number: 2 ** 40 }, { number: 1 }], 2, { packets: 2, lost: 0, malformed: 1 }],
    [
      'sends sizes of its own',
      [{ number: 0 }, { number: 1, bytes: 199 }, { number: 2, bytes: 201 }],
      3,
      { packets: 3, lost: 2, malformed: 2 },
    ],
    [
      'cuts a header short',
      [
        { number: 0, bytes: 15 },
        { number: 1, bytes: 0 },
      ],
      0,
      { packets: 0, lost: 0, malformed: 2 },
    ],
    [
      'stamps from the future',
      [{ number: 0 }, { number: 1, stampNs: 2 ** 63 }, { number: 2 }],
      3,
      { packets: 3, lost: 0, jitterMs: expect.closeTo(0, 0) },
    ],
  ])('%s gets true totals', async (_what, packets, sent, expected) => {
    const result = (await speak(packets, sent)).at(-1);
    expect(result).toMatchObject({ type: 'result', packets: expected });
    expect(JSON.stringify(result)).not.toContain('null');
  });

  it('claims to have sent beyond all reason is refused', async () => {
    const texts = await speak([{ number: 0 }], 2 ** 40);
    expect(texts.at(-1)).toMatchObject({ type: 'error', code: 'protocol-violation' });
    expect(texts.at(-1)?.message).toContain(`a count of ${2 ** 40} packets`);
  });

  it('never says that it is done gets its result when the grace is over', async () => {
    const began = performance.now();
    const result = (await speak([{ number: 0 }, { number: 1 }], undefined)).at(-1);
    expect(result).toMatchObject({ type: 'result', packets: { packets: 2, lost: 0 } });
    expect(performance.now() - began).toBeLessThan(6000);
  });

  it.each([
    [63, 'blockBytes must be'],
    [65_508, 'blockBytes 65508 is not a whole number from 64 to 65507'],
  ])('asks for packets of %i bytes is refused', async (blockBytes, rule) => {
    const ws = new WebSocket(`ws://127.0.0.1:${server.address.port}/`, 'wperf.v1');
    ws.on('open', () => ws.send(JSON.stringify({ ...hello, ...datagram, blockBytes })));
    const answer = await new Promise<string>((resolve) => ws.on('message', (data) => resolve(data.toString())));
    ws.terminate();
    expect(JSON.parse(answer)).toMatchObject({
      type: 'error',
      message: expect.stringContaining(rule),
    });
  });
});
