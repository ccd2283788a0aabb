/** What both kinds of UDP sockets promise, and what only the kernel's own calls do; over loopback. */
import type { Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/host/clock.js';
import type { Libc } from '../../../src/host/linux/libc.js';
import { openLibc } from '../../../src/host/linux/sockets.js';
import { DatagramLink } from '../../../src/transport/udp/link.js';
import { openDatagramDoor, openDatagramSocket } from '../../../src/transport/udp/sockets/open.js';
import { PortableDatagramSocket } from '../../../src/transport/udp/sockets/portable-socket.js';
import type {
  ClientOptions,
  DatagramDoor,
  DatagramSocket,
  Peer,
  PeerOptions,
} from '../../../src/transport/udp/sockets/socket.js';
import { describeHaving, describeNeeding, ipv6, systemCalls } from '../../support/needs.js';

type Choice = { readonly linux?: Libc | false };

interface Heard {
  readonly texts: string[];
  readonly moments: (number | undefined)[];
  readonly errors: (string | undefined)[];
}

/** Everything that a socket tells. */
function listen(socket: DatagramSocket): Heard {
  const heard: Heard = { texts: [], moments: [], errors: [] };
  socket.onDatagram = (datagram, arrivedAt) => {
    heard.texts.push(datagram.toString('latin1'));
    heard.moments.push(arrivedAt);
  };
  socket.onError = ({ code }) => heard.errors.push(code);
  return heard;
}

async function doorAt(choice: Choice, host?: string): Promise<DatagramDoor> {
  const door = await openDatagramDoor({ port: 0, ...(host !== undefined && { host }) }, choice);
  onTestFinished(() => door.close());
  return door;
}

async function clientOf(
  door: { readonly port: number },
  choice: Choice,
  options: Partial<ClientOptions> = {},
): Promise<DatagramSocket> {
  const socket = await openDatagramSocket({ host: '127.0.0.1', ...options, port: door.port }, choice);
  onTestFinished(() => socket.close());
  return socket;
}

const peerOf = ({ info }: DatagramSocket): Peer => ({ host: info.localHost, port: info.localPort });

function openFor(door: DatagramDoor, client: DatagramSocket, options?: PeerOptions): DatagramSocket {
  const socket = door.open(peerOf(client), options);
  onTestFinished(() => socket.close());
  return socket;
}

async function pairOver(choice: Choice, options: Partial<ClientOptions> & PeerOptions = {}) {
  const door = await doorAt(choice, options.host);
  const client = await clientOf(door, choice, options);
  return { door, client, server: openFor(door, client, options) };
}

const descriptors = () => readdirSync('/proc/self/fd').length;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** All of them, however often the system has no room. */
function sendAll(socket: DatagramSocket, datagrams: readonly Buffer[]): Promise<void> {
  return new Promise((resolve) => {
    let next = 0;
    const go = () => {
      for (let datagram = datagrams[next]; datagram !== undefined; datagram = datagrams[++next]) {
        if (!socket.send(datagram)) return;
      }
      resolve();
    };
    socket.onWritable = go;
    go();
  });
}

function promises(choice: Choice): void {
  it('carries datagrams both ways, and tells who speaks with whom', async () => {
    const { door, client, server } = await pairOver(choice);
    const [atServer, atClient] = [listen(server), listen(client)];
    client.send(Buffer.from('there'));
    server.send(Buffer.from('and back'));
    await vi.waitFor(() => expect([atServer.texts, atClient.texts]).toEqual([['there'], ['and back']]));
    expect(client.info).toMatchObject({ localHost: '127.0.0.1', remoteHost: '127.0.0.1', remotePort: door.port });
    expect(server.info).toMatchObject({ remoteHost: '127.0.0.1', localPort: door.port });
    expect(server.info.remotePort).toBe(client.info.localPort);
  });

  it('hands a stranger to the door, which can answer', async () => {
    const door = await doorAt(choice);
    const client = await clientOf(door, choice);
    const answers = listen(client).texts;
    const strays: string[] = [];
    door.onStray = (datagram, from) => {
      strays.push(`${datagram} of ${from.host} ${from.port}`);
      door.reply(Buffer.from('who are you?'), from);
    };
    client.send(Buffer.from('hello'));
    await vi.waitFor(() => expect(answers).toEqual(['who are you?']));
    expect(strays).toEqual([`hello of 127.0.0.1 ${client.info.localPort}`]);
  });

  it('tells peers apart, and the door hears none of them again until their sockets close', async () => {
    const door = await doorAt(choice);
    const strays: string[] = [];
    door.onStray = (datagram) => strays.push(datagram.toString());
    const clients = await Promise.all([clientOf(door, choice), clientOf(door, choice), clientOf(door, choice)]);
    const servers = clients.map((client) => openFor(door, client));
    const heard = servers.map((server) => listen(server).texts);
    for (const [index, client] of clients.entries()) client.send(Buffer.from(`from ${index}`));
    await vi.waitFor(() => expect(heard).toEqual([['from 0'], ['from 1'], ['from 2']]));
    expect(strays).toEqual([]);
    servers[1]?.close();
    for (const client of clients) client.send(Buffer.from('again'));
    await vi.waitFor(() => expect(strays).toEqual(['again']));
    await vi.waitFor(() => expect(heard[2]).toEqual(['from 2', 'again']));
    expect(heard[1]).toEqual(['from 1']);
  });

  it('gives a peer one socket', async () => {
    const { door, client } = await pairOver(choice);
    expect(() => door.open(peerOf(client))).toThrow();
  });

  it('loses nothing while peers that flood the door get sockets of their own', async () => {
    const door = await doorAt(choice);
    const clients = await Promise.all(Array.from({ length: 6 }, () => clientOf(door, choice)));
    const strays = clients.map(() => 0);
    const own = clients.map(() => 0);
    const strangers = new Map(clients.map(({ info }, index) => [info.localPort, index]));
    door.onStray = (_datagram, { port }) => count(strays, strangers.get(port));
    for (const client of clients) {
      client.send(Buffer.from('before'));
      const index = strangers.get(client.info.localPort);
      for (const other of clients) await sendAll(other, Array(20).fill(Buffer.from('during')));
      openFor(door, client).onDatagram = () => count(own, index);
      for (const other of clients) await sendAll(other, Array(20).fill(Buffer.from('during')));
      if (index === 3) await turn();
    }
    const sum = (index: number) => (strays[index] ?? 0) + (own[index] ?? 0);
    await vi.waitFor(() => expect(clients.map((_, index) => sum(index))).toEqual(Array(6).fill(241)));
    const alreadyOwn = [...strays];
    for (const client of clients) client.send(Buffer.from('after'));
    await vi.waitFor(() => expect(clients.map((_, index) => sum(index))).toEqual(Array(6).fill(242)));
    expect(strays).toEqual(alreadyOwn);
  });

  it.each([0, 1, 1400, 1472, 2048, 2049, 9000, 65_507])('carries %d bytes', async (bytes) => {
    const { client, server } = await pairOver(choice);
    const { texts } = listen(server);
    client.send(Buffer.alloc(bytes, 'x'));
    await vi.waitFor(() => expect(texts).toEqual(['x'.repeat(bytes)]));
  });

  it.each([1400, 3000])('gives what is longer than %d as an empty one, and goes on', async (maxBytes) => {
    const { client, server } = await pairOver(choice, { maxBytes });
    const { texts } = listen(server);
    for (const bytes of [maxBytes, maxBytes + 1, 65_507, maxBytes]) client.send(Buffer.alloc(bytes, 'x'));
    await vi.waitFor(() => expect(texts.map(({ length }) => length)).toEqual([maxBytes, 0, 0, maxBytes]));
  });

  it('refuses what no path takes, and goes on', async () => {
    const { client, server } = await pairOver(choice);
    const [{ texts }, { errors }] = [listen(server), listen(client)];
    expect(client.send(Buffer.alloc(65_508))).toBe(true);
    client.send(Buffer.from('short'));
    await vi.waitFor(() => expect([texts, errors]).toEqual([['short'], ['EMSGSIZE']]));
  });

  it('tells of a peer that is not there, and goes on', async () => {
    const door = await doorAt(choice, '127.0.0.1');
    const { port } = door;
    const client = await clientOf(door, choice);
    const { errors, texts } = listen(client);
    door.close();
    await turn();
    client.send(Buffer.from('anybody?'));
    await vi.waitFor(() => expect(errors).toContain('ECONNREFUSED'));
    const anew = await openDatagramDoor({ host: '127.0.0.1', port }, choice);
    onTestFinished(() => anew.close());
    anew.onStray = (_datagram, from) => anew.reply(Buffer.from('here'), from);
    await vi.waitFor(() => {
      client.send(Buffer.from('anybody?'));
      expect(texts).toContain('here');
    });
  });

  it.each([false, true])('sends many that lie one behind another, segmented %s', async (segmented) => {
    const { client, server } = await pairOver(choice, { maxBytes: 1400 });
    const { texts } = listen(server);
    const memory = Buffer.concat(Array.from({ length: 64 }, (_, index) => Buffer.alloc(1400, index)));
    expect(client.sendMany(memory, 1400, 64, segmented)).toBe(64);
    await vi.waitFor(() => expect(texts.join('')).toBe(memory.toString('latin1')));
    expect(texts).toHaveLength(64);
    expect(client.sendMany(memory, 1, 3, segmented)).toBe(3);
    await vi.waitFor(() => expect(texts).toHaveLength(67));
    expect(client.send(memory.subarray(0, 1400))).toBe(true);
    await vi.waitFor(() => expect(texts.at(-1)).toHaveLength(1400));
  });

  it('keeps the order of 5,000 back to back', async () => {
    const { client, server } = await pairOver(choice, { maxBytes: 64 });
    const { texts, moments } = listen(server);
    const numbers = Array.from({ length: 5000 }, (_, index) => String(index));
    const sending = numbers.map((number) => Buffer.from(number));
    for (let at = 0; at < sending.length; at += 100) {
      await sendAll(client, sending.slice(at, at + 100));
      await turn();
    }
    await vi.waitFor(() => expect(texts).toHaveLength(5000), 5000);
    expect(texts).toEqual(numbers);
    const told = moments.filter((moment) => moment !== undefined);
    expect(told.length).toBe(choice.linux === false ? 0 : 5000);
    expect(told.every((moment, index) => index === 0 || moment >= (told[index - 1] ?? 0))).toBe(true);
  });

  it('says nothing once it is closed, not even of what it had read', async () => {
    const { client, server } = await pairOver(choice);
    const texts: string[] = [];
    server.onDatagram = (datagram) => {
      texts.push(datagram.toString());
      server.close();
    };
    for (const text of ['one', 'two', 'three']) client.send(Buffer.from(text));
    await vi.waitFor(() => expect(texts).toEqual(['one']));
    await turn();
    await turn();
    expect(texts).toEqual(['one']);
    server.close();
    expect([server.drops, server.pathPayloadBytes, server.settings]).toEqual([undefined, undefined, {}]);
    expect(server.send(Buffer.from('late'))).toBe(false);
  });

  it('leaves no descriptor behind', async () => {
    await pairOver(choice).then(({ door, client, server }) => {
      for (const each of [server, door, client]) each.close();
    });
    for (let i = 0; i < 4; i++) await turn();
    const before = descriptors();
    const pairs = await Promise.all([pairOver(choice), pairOver(choice), pairOver(choice)]);
    expect(descriptors()).toBeGreaterThan(before);
    for (const { door, client, server } of pairs) for (const each of [door, client, server, server]) each.close();
    await vi.waitFor(() => expect(descriptors()).toBe(before));
  });

  it('refuses a port that another has', async () => {
    const { door, server } = await pairOver(choice);
    const again = openDatagramDoor({ port: door.port }, choice);
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(server.info.localPort).toBe(door.port);
  });

  it('binds where it is told to', async () => {
    const door = await doorAt(choice);
    const free = await clientOf(door, choice);
    const localPort = free.info.localPort;
    free.close();
    await turn();
    const { info } = await clientOf(door, choice, { bind: '127.0.0.2', localPort });
    expect(info).toMatchObject({ localHost: '127.0.0.2', localPort });
  });

  describeNeeding('over IPv6', [ipv6], () => {
    it('carries datagrams both ways', async () => {
      const { client, server } = await pairOver(choice, { host: '::1' });
      const [atServer, atClient] = [listen(server), listen(client)];
      client.sendMany(Buffer.from('onetwo'), 3, 2, true);
      server.send(Buffer.from('back'));
      await vi.waitFor(() => expect([atServer.texts, atClient.texts]).toEqual([['one', 'two'], ['back']]));
      expect(server.info).toMatchObject({ remoteHost: '::1', remotePort: client.info.localPort });
    });

    it('has both families at one door', async () => {
      const door = await doorAt(choice);
      const strays: string[] = [];
      door.onStray = (datagram, { host }) => strays.push(`${datagram} ${host}`);
      for (const host of ['127.0.0.1', '::1']) (await clientOf(door, choice, { host })).send(Buffer.from('of'));
      await vi.waitFor(() => expect(strays.sort()).toEqual(['of 127.0.0.1', 'of ::1']));
    });
  });
}

function count(counts: number[], index: number | undefined): void {
  if (index !== undefined) counts[index] = (counts[index] ?? 0) + 1;
}

describe('by dgram', () => {
  promises({ linux: false });

  it('takes no more than it may keep, and tells once when there is room again', async () => {
    const { client, server } = await pairOver({ linux: false });
    const { texts } = listen(server);
    const rooms = vi.fn();
    client.onWritable = rooms;
    const memory = Buffer.alloc(1400 * 256, 'x');
    const taken = client.sendMany(memory, 1400, 256);
    expect(taken).toBeLessThan(256);
    expect(client.send(memory.subarray(0, 1400))).toBe(false);
    memory.fill('y');
    await vi.waitFor(() => expect(texts).toEqual(Array(taken).fill('x'.repeat(1400))));
    expect(rooms).toHaveBeenCalledTimes(1);
  });

  it('bounds the bursts of a sender only where its pacer can wait for less than a burst', async () => {
    const { client: socket } = await pairOver({ linux: false });
    const writerBy = (pacingClock: Clock | undefined) =>
      new DatagramLink({ socket, pacingClock }).loadWriter(1400, 14_000, undefined, true);
    expect(writerBy(undefined).burstSeconds).toBeUndefined();
    expect(writerBy(systemClock).burstSeconds).toBeLessThan(0.001);
  });

  it('counts what the system refuses to send, but for its length and want of room', () => {
    const codes = ['EPERM', 'EMSGSIZE', 'ENOBUFS', 'ENETUNREACH', null];
    const info = { localHost: '', localPort: 1, remoteHost: '', remotePort: 2 };
    const below = (_: Buffer, sent: (error: Error | null) => void) => {
      const code = codes.shift();
      sent(code ? Object.assign(new Error(), { code }) : null);
    };
    const socket = new PortableDatagramSocket({} as Socket, info, undefined, below, () => {});
    const { errors } = listen(socket);
    for (let i = 0; i < 5; i++) socket.send(Buffer.from('a'));
    expect([socket.refused, errors]).toEqual([2, ['EPERM', 'EMSGSIZE', 'ENOBUFS', 'ENETUNREACH']]);
  });

  it('refuses what only the kernel can be told', async () => {
    const door = await doorAt({ linux: false });
    await expect(clientOf(door, { linux: false }, { tos: 8 })).rejects.toThrow(/^-S\/--tos or --dscp cannot be set/);
  });
});

describeHaving("by the kernel's own calls", [systemCalls], () => {
  promises({});

  it('counts what the system refuses to send, but for its length', async () => {
    const known = openLibc();
    let errno = 1;
    const linux = { ...known, calls: { ...known.calls, sendto: () => -1 }, errno: () => errno };
    const client = await clientOf(await doorAt({}), { linux });
    const { errors } = listen(client);
    const sent = [client.send(Buffer.from('a')), client.send(Buffer.from('b'))];
    errno = 90;
    sent.push(client.send(Buffer.from('c')));
    errno = 11;
    sent.push(client.send(Buffer.from('d')));
    expect([sent, client.refused]).toEqual([[true, true, true, false], 2]);
    expect(errors).toEqual(['EPERM', 'EPERM', 'EMSGSIZE']);
  });

  it.each([
    ['an option', 'setsockopt', 92],
    ['a call', 'epoll_create1', 38],
  ])('or by dgram, where the kernel does not know %s', async (_, call, errno) => {
    const before = readdirSync('/proc/self/fd').length;
    const known = openLibc();
    const linux = { ...known, calls: { ...known.calls, [call]: () => -1 }, errno: () => errno };
    const door = await doorAt({ linux });
    const client = await clientOf(door, { linux });
    const { texts } = listen(openFor(door, client));
    client.send(Buffer.from('text'));
    await vi.waitFor(() => expect(texts).toEqual(['text']));
    expect(readdirSync('/proc/self/fd').length - before).toBe(2);
  });

  it('counts what a reader that does not read loses', async () => {
    const { client, server } = await pairOver({}, { windowBytes: 4096 });
    const { texts } = listen(server);
    expect(client.sendMany(Buffer.alloc(1400 * 64), 1400, 64)).toBe(64);
    const { drops = 0 } = server;
    expect(drops).toBeGreaterThan(40);
    await vi.waitFor(() => expect(texts).toHaveLength(64 - drops));
    expect(client.drops).toBe(0);
  });

  it('tells when a datagram arrived, however late it is read', async () => {
    const { client, server } = await pairOver({});
    const { moments } = listen(server);
    await vi.waitFor(() => {
      client.send(Buffer.from('stamped yet?'));
      expect(moments.at(-1)).toBeDefined();
    });
    await turn();
    const sentAt = systemClock.now();
    client.send(Buffer.from('now'));
    while (systemClock.now() < sentAt + 0.02);
    const before = moments.length;
    await vi.waitFor(() => expect(moments.length).toBeGreaterThan(before));
    expect(moments.at(-1)).toBeCloseTo(sentAt, 2.5);
  });

  it('has the buffers, the type of service and the path that it asked for', async () => {
    const { client, server } = await pairOver({}, { windowBytes: 8192, tos: 0xb8 });
    for (const socket of [client, server]) {
      expect(socket.settings).toEqual({ sndbufBytes: 16_384, rcvbufBytes: 16_384, tos: 0xb8 });
      expect(socket.pathPayloadBytes).toBe(65_507);
    }
  });

  it('sends nothing that lies behind the memory it is given', async () => {
    const { client, server } = await pairOver({});
    const { texts } = listen(server);
    expect(() => client.sendMany(Buffer.alloc(2800), 1400, 3)).toThrow(RangeError);
    client.send(Buffer.from('last'));
    await vi.waitFor(() => expect(texts).toEqual(['last']));
  });

  it('leaves others their turn while it is flooded', async () => {
    const { client, server } = await pairOver({}, { maxBytes: 64 });
    const { texts } = listen(server);
    const readAtTurn: number[] = [];
    const memory = Buffer.alloc(64 * 64);
    for (let i = 0; i < 40; i++) client.sendMany(memory, 64, 64);
    while (texts.length < 40 * 64) {
      await turn();
      readAtTurn.push(texts.length);
    }
    const steps = readAtTurn.map((read, index) => read - (readAtTurn[index - 1] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(1024);
  });
});
