import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bounds } from '../../../src/defaults/index.js';
import type { Closed } from '../../../src/transport/channel.js';
import { channelPair, rawClient } from '../../support/channel-pair.js';

const lanes = [
  { clientLane: true, serverLane: true },
  { clientLane: true, serverLane: false },
  { clientLane: false, serverLane: true },
  { clientLane: false, serverLane: false },
];
/** Opcode of an answer to a ping, whole. */
const PONG = 0x8a;
const cutsOf = { whole: [Number.POSITIVE_INFINITY], odd: [1, 2, 3, 65_536, 5, 7, 1000], tiny: [3] };

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 100_000 && !condition(); i++) await turn();
  expect(condition()).toBe(true);
}

describe.each(lanes)('a channel, client lane $clientLane, server lane $serverLane', (lane) => {
  it.each(Object.entries(cutsOf))('counts load to the byte, both ways, with bytes cut %s', async (_name, cuts) => {
    const { client, server } = await channelPair({ ...lane, cuts });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      let arrived = 0;
      const texts: string[] = [];
      to.sink = {
        arrived: (bytes) => {
          arrived += bytes;
        },
      };
      to.onText = (text) => texts.push(text);
      const writer = from.loadWriter(1024, 8192);
      from.send('before');
      await new Promise<void>((taken) => writer.write(5 * 1024, taken));
      from.send('between');
      await new Promise<void>((taken) => writer.write(1024 + 7, taken));
      from.send('after');
      await until(() => texts.length === 3);
      expect(arrived).toBe(6 * 1024 + 7);
      expect(writer.takenBytes).toBe(6 * 1024 + 7);
      expect(texts).toEqual(['before', 'between', 'after']);
    }
    client.drop();
  });

  it('has closed once the far end has what was said', async () => {
    const { client, server } = await channelPair({ ...lane, cuts: cutsOf.whole });
    const texts: string[] = [];
    server.sink = { arrived: () => {} };
    server.onText = (text) => texts.push(text);
    client.loadWriter(65_536, 1_048_576).write(1_048_576, () => {});
    client.send('the last word');
    await client.close('done', '', 10);
    expect(texts).toEqual(['the last word']);
  });

  it('measures a round trip while load flows, and closes in good order', async () => {
    const { client, server } = await channelPair({ ...lane, cuts: cutsOf.odd });
    server.sink = { arrived: () => {} };
    client.loadWriter(1024, 8192).write(8192, () => {});
    expect(await client.ping()).toBeGreaterThan(0);
    expect(await server.ping()).toBeGreaterThan(0);
    const closed = new Promise<Closed>((resolve) => {
      server.onClose = resolve;
    });
    client.close('done', 'done', 1);
    expect(await closed).toEqual({ reason: 'done', text: 'done' });
    await expect(client.ping()).rejects.toThrow('closed');
  });

  it('refuses load that nobody asked for', async () => {
    const { client, server } = await channelPair(lane);
    const closed = new Promise<Closed>((resolve) => {
      server.onClose = resolve;
    });
    client.loadWriter(1024, 1024).write(1024, () => {});
    expect(await closed).toEqual({ reason: 'protocol', text: 'load that was not asked for' });
  });
});

describe.each([true, false])('a server channel, lane %s, and a client that breaks RFC 6455', (lane) => {
  it.each([
    ['an unmasked frame', '8201ff', 'MASK must be set'],
    ['a reserved bit', 'c28100000000ff', 'RSV1 must be clear'],
    ['an unknown opcode', '838100000000ff', 'invalid opcode 3'],
    ['a frame of 2^62 bytes', '82ff400000000000000000000000', 'payload length > 2^53 - 1'],
    ['text that is not UTF-8', '818100000000ff', 'invalid UTF-8 sequence'],
    ['a continuation of nothing', '808100000000ff', lane ? 'out of turn' : 'invalid opcode 0'],
    ['a fragmented ping', '098100000000ff', 'FIN must be set'],
    ['a flood of pings', '898000000000'.repeat(bounds.pingsInFlight + 1), 'more pings than can wait'],
  ])('closes on %s, and says that the far end broke a rule', async (_what, bytes, rule) => {
    const { client, server } = await rawClient(lane);
    server.sink = { arrived: () => {} };
    const closed = new Promise<Closed>((resolve) => {
      server.onClose = resolve;
    });
    client.write(Buffer.from(bytes, 'hex'));
    client.on('data', (reply: Buffer) => {
      if (reply[0] === PONG) return;
      expect(reply[0]).toBe(0x88);
      client.destroy();
    });
    expect(await closed).toEqual({ reason: 'protocol', text: expect.stringContaining(rule) });
  });

  it('counts fragments with a ping between them', async () => {
    const { client, server } = await rawClient(lane);
    let arrived = 0;
    server.sink = {
      arrived: (bytes) => {
        arrived += bytes;
      },
    };
    const text = new Promise<string>((resolve) => {
      server.onText = resolve;
    });
    client.write(
      Buffer.from('028300000000aabbcc' + '898000000000' + '808200000000ddee' + '81820000000068' + '69', 'hex'),
    );
    expect(await text).toBe('hi');
    expect(arrived).toBe(5);
    client.destroy();
  });
});
