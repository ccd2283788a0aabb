/** What a server's UDP port makes of those who have no key, or have not proved where they are: nothing. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/host/clock.js';
import type { LoadPlace } from '../../../src/transport/load-transport.js';
import { greeting, readGreeting } from '../../../src/transport/udp/greeting.js';
import { joinForeign, joinReception } from '../../../src/transport/udp/reception.js';
import type { DatagramSocket } from '../../../src/transport/udp/sockets/socket.js';
import { describeHaving, systemCalls } from '../../support/needs.js';
import { freePort } from '../../support/ports.js';

const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

async function serve({ host = '127.0.0.1', localHost = '127.0.0.1' } = {}) {
  const port = await freePort();
  const welcomed: { readonly socket: DatagramSocket; readonly bytes: number }[] = [];
  const counts = { ignored: 0 };
  const place: LoadPlace = {
    host,
    port,
    granted: (shown) =>
      shown.equals(key) && welcomed.length === 0
        ? { settings: {}, socket: {}, localHost, remoteHost: '127.0.0.1', blockBytes: 1400 }
        : undefined,
    accept: () => {},
    ignored: () => {
      counts.ignored += 1;
    },
  };
  const welcome = (socket: DatagramSocket, _key: Buffer, bytes: number) => {
    onTestFinished(() => socket.close());
    welcomed.push({ socket, bytes });
  };
  const listener = await joinReception({ place, optionsFor: () => ({}), welcome }, systemClock);
  onTestFinished(() => listener.close());
  return { port, welcomed, counts };
}

/** One of the server's clients. */
async function caller(port: number, host = '127.0.0.1') {
  const socket: Socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  const heard: [Buffer, RemoteInfo][] = [];
  socket.on('message', (datagram, from) => heard.push([datagram, from]));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const say = (datagram: Buffer) => socket.send(datagram, port, host);
  const next = async () => {
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    return readGreeting(heard.shift()?.[0] ?? Buffer.alloc(0));
  };
  return { say, next, heard };
}

const quiet = 60;

describe('a server', () => {
  test('proves an address in two round trips, with datagrams as long as packets will be', async () => {
    const { port, welcomed } = await serve();
    const { say, next } = await caller(port);
    say(greeting('open', key));
    const challenge = await next();
    expect(challenge).toMatchObject({ kind: 'challenge', bytes: 25 });
    say(greeting('prove', Buffer.concat([key, challenge?.fields ?? key]), 1300));
    expect(await next()).toMatchObject({ kind: 'ready', bytes: 1300 });
    expect(welcomed).toMatchObject([{ bytes: 1300 }]);
  });

  test.each([
    ['a key that nobody was given', greeting('open', Buffer.alloc(16, 7))],
    ['a greeting that is none of a client', greeting('challenge', key)],
    ['a proof without a cookie of the server', greeting('prove', Buffer.concat([key, key]))],
    ['noise', Buffer.from('hello?')],
    ['nothing at all', Buffer.alloc(0)],
    ['a packet', Buffer.alloc(1400)],
    ['the largest datagram', Buffer.alloc(65_507, 0x77)],
  ])('does not answer %s, and counts it', async (_what, datagram) => {
    const { port, welcomed, counts } = await serve();
    const { say, heard } = await caller(port);
    say(datagram);
    await expect.poll(() => counts.ignored).toBe(1);
    await sleep(quiet);
    expect(heard).toEqual([]);
    expect(welcomed).toEqual([]);
  });

  test('does not believe a cookie that was sent to another address', async () => {
    const { port, welcomed, counts } = await serve();
    const [honest, thief] = [await caller(port), await caller(port)];
    honest.say(greeting('open', key));
    const challenge = await honest.next();
    thief.say(greeting('prove', Buffer.concat([key, challenge?.fields ?? key])));
    await expect.poll(() => counts.ignored).toBe(1);
    expect(thief.heard).toEqual([]);
    expect(welcomed).toEqual([]);
  });

  test('takes a key once, and answers its own client as often as it asks', async () => {
    const { port, welcomed, counts } = await serve();
    const [first, second] = [await caller(port), await caller(port)];
    for (const { say } of [first, second]) say(greeting('open', key));
    const [one, two] = [await first.next(), await second.next()];
    first.say(greeting('prove', Buffer.concat([key, one?.fields ?? key])));
    expect(await first.next()).toMatchObject({ kind: 'ready' });
    second.say(greeting('prove', Buffer.concat([key, two?.fields ?? key])));
    await expect.poll(() => counts.ignored).toBe(1);
    expect(second.heard).toEqual([]);
    expect(welcomed).toHaveLength(1);
  });
});

describe('another program at the same port', () => {
  test('hears what is no greeting, has sockets of its own, and leaves the rest as it was', async () => {
    const { port, counts } = await serve();
    const heard: string[] = [];
    const foreign = await joinForeign(
      { host: '127.0.0.1', port },
      (datagram, from) => {
        heard.push(datagram.toString('latin1'));
        if (heard.length === 1) return false;
        const socket = foreign.open(from);
        onTestFinished(() => socket.close());
        return socket.send(Buffer.from('6789'));
      },
      systemClock,
    );
    onTestFinished(() => void foreign.close());
    const stranger = await caller(port);
    stranger.say(Buffer.from('1'));
    stranger.say(Buffer.from('2'));
    await expect.poll(() => stranger.heard.map(([datagram]) => datagram.toString())).toEqual(['6789']);
    stranger.say(Buffer.from('3'));
    const own = await caller(port);
    own.say(greeting('open', key));
    expect(await own.next()).toMatchObject({ kind: 'challenge' });
    expect(heard).toEqual(['1', '2']);
    expect(counts.ignored).toBe(1);
  });
});

describeHaving('a server of several addresses', [systemCalls], () => {
  test('answers from the one that was spoken to', async () => {
    const { port } = await serve({ host: '0.0.0.0', localHost: '127.0.0.2' });
    const { say, heard } = await caller(port, '127.0.0.2');
    say(greeting('open', key));
    await expect.poll(() => heard.length).toBe(1);
    expect(heard[0]?.[1]).toMatchObject({ address: '127.0.0.2', port });
  });
});
