/** Clients of iperf3 that say nonsense, or nothing: each is bounded, others go on, and nothing is left behind. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorFrame, jsonFrame } from '../../../../src/dialects/iperf3/wire/framing.js';
import type { TestEvent } from '../../../../src/events/load.js';
import { startServerPlan, type WperfServer } from '../../../../src/server/server.js';
import { FakeClock } from '../../../support/fake-clock.js';
import {
  type Client,
  type Conversation,
  converse,
  Line,
  leave,
  newCookie,
  type StepName,
  stepNames,
  usual,
  usualParams,
  usualResults,
} from './scripted-client.js';

let server: WperfServer;
let clock: FakeClock;
let port: number;
let events: TestEvent[];
let notices: string[];

beforeEach(async () => {
  clock = new FakeClock();
  events = [];
  notices = [];
  server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false }, { clock });
  server.on('test', (event) => events.push(event));
  server.on('notice', ({ text }) => notices.push(text));
  port = server.address.port;
});

afterEach(async () => {
  // Others go on.
  const passing = setInterval(() => clock.advance(0.05), 5);
  expect((await converse(port, usual)).said).toEqual([9, 10, 1, 2, 13, 14]);
  await server.close();
  clearInterval(passing);
  expect(clock.pending).toBe(0);
});

/** Seconds of the server's until the connection ends. */
async function secondsUntilEnd(line: Line): Promise<number> {
  const from = clock.now();
  let isOver = false;
  void line.ended.then(() => {
    isOver = true;
  });
  while (!isOver && clock.now() < from + 400) {
    clock.advance(0.5);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return clock.now() - from;
}

async function opened(...bytes: readonly Uint8Array[]): Promise<Line> {
  const line = await Line.open(port);
  for (const part of bytes) line.say(part);
  return line;
}

const bidir: Conversation = { ...usual, params: { ...usualParams, bidirectional: true } };
const download: Conversation = { ...usual, params: { ...usualParams, reverse: true } };
const udp: Conversation = {
  ...usual,
  hello: Buffer.from('9876'),
  load: Buffer.alloc(100),
  params: { udp: true, omit: 0, time: 1, parallel: 1, len: 100, bandwidth: 1e6 },
};

describe('a connection that', () => {
  it.each([
    ['says half a cookie', newCookie().subarray(0, 20)],
    ['says a letter', Buffer.from('a')],
  ])('%s and no more is ended in time', async (_what, bytes) => {
    expect(await secondsUntilEnd(await opened(bytes))).toBeLessThan(12);
  });

  it.each([
    ['no cookie', Buffer.from('get / http/1.1\r\n\r\n')],
    ['a cookie without its end', Buffer.alloc(40, 0x61)],
    ['what no host is named', Buffer.from('a$')],
  ])('says %s is ended at once', async (_what, bytes) => {
    const line = await opened(bytes);
    await line.ended;
    expect(await line.read(1)).toHaveLength(0);
  });

  it.each([
    ['a giant length', Buffer.of(0xff, 0xff, 0xff, 0xff), 114],
    ['more than may be asked', Buffer.of(0, 0, 0x20, 1), 114],
    ['no JSON', Buffer.concat([Buffer.of(0, 0, 0, 2), Buffer.from('{x')]), 114],
    ['a list', jsonFrame([1]), 114],
    ['nothing', jsonFrame(null), 114],
    ['numbers out of range', jsonFrame({ ...usualParams, len: -5 }), 7],
  ])('asks with %s is told so', async (_what, bytes, number) => {
    const line = await opened(newCookie(), bytes);
    expect(await line.refusal()).toBe(number);
    await line.ended;
    expect(events).toEqual([]);
    expect(notices.map((text) => text.match(/127\.0\.0\.1:\d+/g)?.length)).toEqual([1]);
  });

  it('asks with wrong types is served as far as it can be understood', async () => {
    const line = await opened(
      newCookie(),
      jsonFrame({ tcp: 'x', omit: [], time: '5', parallel: {}, len: null, num: 1e99 }),
    );
    expect(await line.states(2)).toEqual([9, 10]);
    line.socket.destroy();
  });

  it('has the cookie of nobody is a client that asks for nothing', async () => {
    const line = await opened(newCookie(), Buffer.alloc(100_000));
    expect(await line.refusal()).toBe(114);
    await line.ended;
  });

  it('has the cookie of a test that waits for none is turned away', async () => {
    const cookie = newCookie();
    const client = await converse(port, { ...usual, cookie }, 'load');
    const line = await opened(cookie);
    expect(await line.refusal()).toBe(-1);
    await line.ended;
    leave(client);
  });
});

describe('a client that falls silent', () => {
  const bounds: Readonly<Partial<Record<StepName, number>>> = {
    ...{ cookie: 14, params: 14, stream: 14, others: 60, start: 60, load: 60, end: 20, results: 5 },
  };
  const silences = stepNames.slice(0, -1).flatMap((step) => [[step, usual] as const, [step, udp] as const]);
  it.each(silences)('after the step %s is let go in time', async (step, talk) => {
    const two = { ...talk, params: { ...talk.params, parallel: 2 } };
    const client = await converse(port, two, step);
    expect(await secondsUntilEnd(client.control)).toBeLessThan(bounds[step] ?? 0);
    for (const stream of client.streams) if (stream instanceof Line) await stream.ended;
    leave(client);
  });

  it('with a test that was reported before is blamed for it', async () => {
    const client = await converse(port, usual, 'load');
    await secondsUntilEnd(client.control);
    expect(events.at(-1)).toMatchObject({ type: 'end' });
    expect(notices).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+ did not end the test in time$/)]);
    leave(client);
  });

  it('with its download, too', async () => {
    const client = await converse(port, download, 'load');
    expect(await secondsUntilEnd(client.control)).toBeLessThan(60);
    leave(client, true);
  });

  it('with 127 streams of 128 is told that one is missing, and all are closed', async () => {
    const client = await converse(
      port,
      { ...usual, streams: 127, params: { ...usualParams, parallel: 128 } },
      'others',
    );
    const passed = secondsUntilEnd(client.control);
    expect(await client.control.refusal()).toBe(204);
    expect(await passed).toBeLessThan(14);
    for (const stream of client.streams) if (stream instanceof Line) await stream.ended;
  });

  it('with a test without an end is let go when nothing moves', async () => {
    const client = await converse(port, { ...usual, params: { ...usualParams, time: 0 } }, 'load');
    expect(await secondsUntilEnd(client.control)).toBeLessThan(130);
    leave(client);
  });
});

describe('of a client that receives', () => {
  const endless = ({ params }: Conversation) => ({ ...usual, params: { ...params, time: 0 } });
  it.each([
    ['and stops reading', endless(download), 'peer-lost'],
    ['and is to send, and sends nothing', endless(bidir), 'no-load'],
  ])('%s nobody says that it has received nothing', async (_what, talk, code) => {
    const client = await converse(port, talk, 'start');
    const passed = secondsUntilEnd(client.control);
    for (const stream of client.streams) if (stream instanceof Line) stream.socket.pause();
    await passed;
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'error', error: { code } });
    const { streams = [] } = (last?.type === 'error' && last.partial) || {};
    const [down] = streams.filter(({ direction }) => direction === 'down');
    expect(down?.sent?.bytes).toBeGreaterThan(0);
    expect(down?.received).toBeNull();
    leave(client, true);
  });
});

describe('a client that says', () => {
  it.each([
    ['a state that is none', 99, 110],
    ['that it has results, which are not asked for', 13, 110],
    ['that it begins', 1, 110],
  ])('%s during its test is told so', async (_what, state, number) => {
    const client = await converse(port, usual, 'load');
    client.control.say(Buffer.of(state));
    expect(await client.control.refusal()).toBe(number);
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      error: { message: expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:\\d+ said ${state},`)) },
      partial: { streams: [{ received: { bytes: 1000 } }] },
    });
    leave(client);
  });

  const [stream] = usualResults([1]).streams;
  it.each([
    ['of a stream that is not there', usualResults([1, 7]), 208],
    ['of a stream twice', usualResults([1, 1]), 117],
    ['without streams', { ...usualResults([]), streams: 5 }, 117],
    ['of fewer bytes than none', { ...usualResults([]), streams: [{ ...stream, bytes: -1 }] }, 117],
    ['that are nothing', null, 117],
  ])('results %s is told so, and its test is told as far as it came', async (_what, results, number) => {
    const client = await converse(port, usual, 'end');
    client.control.sayJson(results);
    expect(await client.control.refusal()).toBe(number);
    await client.control.ended;
    expect(events.at(-1)).toMatchObject({ type: 'end', streams: [{ received: { bytes: 1000 } }] });
    leave(client);
  });

  it('results without end is cut off', async () => {
    const client = await converse(port, usual, 'end');
    client.control.say(Buffer.of(0x7f, 0xff, 0xff, 0xff));
    expect(await client.control.refusal()).toBe(117);
    leave(client);
  });

  it('more packets than there can be is told so', async () => {
    const client = await converse(port, udp, 'end');
    const results = usualResults([1]);
    client.control.sayJson({ ...results, streams: results.streams.map((each) => ({ ...each, packets: 2 ** 50 })) });
    expect(await client.control.refusal()).toBeTypeOf('number');
    leave(client);
  });

  it('any bytes at any step ends its own test alone', async () => {
    const random = seeded(7);
    const left: Client[] = [];
    const talks = [usual, bidir, udp];
    for (const step of stepNames.slice(0, -1)) {
      for (let round = 0; round < 8; round++) {
        const client = await converse(port, talks[round % talks.length] ?? usual, step);
        const bytes = Buffer.from(Array.from({ length: 1 + (round % 40) }, () => Math.floor(random() * 256)));
        client.control.say(round % 4 === 3 ? errorFrame(round) : bytes);
        for (const each of client.streams) if (each instanceof Line) each.say(bytes);
        left.push(client);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    const passing = setInterval(() => clock.advance(1), 5);
    await Promise.all(left.map(({ control }) => control.ended));
    clearInterval(passing);
    for (const client of left) leave(client, true);
  });
});

describe('a datagram', () => {
  it('is answered by no more than four bytes, and that only to an address that is waited for', async () => {
    const answers: Buffer[] = [];
    const from = async (address: string) => {
      const socket = createSocket('udp4');
      socket.bind(0, address);
      await once(socket, 'listening');
      socket.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket.on('message', (answer) => answers.push(answer)).on('error', () => {});
    };
    const socket = await from('127.0.0.1');
    const unasked = ['', 'x', '98765', 'x'.repeat(1400)];
    const askWith = async (datagrams: readonly string[]) => {
      for (const bytes of datagrams) socket.send(bytes);
      await new Promise((resolve) => setTimeout(resolve, 60));
    };
    const ask = () => askWith(['9876', ...unasked]);
    await ask();
    for (const step of ['cookie', 'load'] as const) {
      const client = await converse(port, udp, step);
      await ask();
      leave(client, true);
    }
    const overTcp = await converse(port, usual, 'params');
    await ask();
    expect(answers).toEqual([]);
    leave(overTcp, true);
    const waiting = await converse(port, udp, 'params');
    await askWith(unasked);
    const neighbor = await from('127.0.0.2');
    neighbor.send('9876');
    await askWith([]);
    expect(answers).toEqual([]);
    await ask();
    expect(answers.map(String)).toEqual(['6789']);
    leave(waiting, true);
    for (const each of [socket, neighbor]) each.close();
  });

  it('of one address waits for its turn: a client is served when the one before has its streams, or gives up', async () => {
    const first = await converse(port, udp, 'params');
    const second = converse(port, udp, 'start');
    const third = converse(port, udp, 'start');
    await new Promise((resolve) => setTimeout(resolve, 60));
    leave(first, true);
    expect((await second).said).toEqual([9, 10, 1, 2]);
    expect((await third).said).toEqual([9, 10, 1, 2]);
    leave(await second, true);
    leave(await third, true);
  });
});

/** Numbers of chance that repeat themselves. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
