/** Our streams against xtaci/kcp-go, over real sockets and a relay that loses datagrams and lets them overtake. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/host/clock.js';
import { random32 } from '../../../src/host/random.js';
import type { KcpSettings } from '../../../src/transport/kcp/settings.js';
import { type DatagramPort, KcpStream } from '../../../src/transport/kcp/stream.js';
import { seededRandom } from '../../../src/transport/simulated/random.js';
import { repositoryFile } from '../../support/folders.js';
import { describeNeeding, goModule, program } from '../../support/needs.js';
import { output, type Running, start } from '../../support/processes.js';
import { PatternReader, pattern } from './link.js';

const sources = repositoryFile('test', 'transport', 'kcp', 'go');
const BYTES = 5_000_000;
const host = '127.0.0.1';

const settings: KcpSettings = {
  conv: random32(),
  mtu: 1400,
  sendWindow: 1024,
  receiveWindow: 1024,
  intervalMs: 10,
  resend: 2,
  noDelay: true,
  congestion: false,
};

interface Report {
  readonly bytes: number;
  readonly sound: boolean;
  readonly resent: number;
}

describeNeeding('KCP with kcp-go', [program('go', 'golang-go'), goModule(sources)], () => {
  const folder = mkdtempSync(join(tmpdir(), 'wperf-test-'));
  const peer = join(folder, 'peer');
  beforeAll(
    () => output(['go', 'build', '-buildvcs=false', '-o', peer, '.'], { cwd: sources, timeoutSeconds: 120 }),
    130_000,
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts a Go end that listens, and gives the port to send to: its own, or that of a bad path to it. */
  async function listener(args: readonly string[], badPath: boolean): Promise<{ go: Running; port: number }> {
    const go = await start(onTestFinished, [peer, '-listen', `${host}:0`, ...args]);
    const [, port] = await go.outputMatching(/listening on 127\.0\.0\.1:(\d+)/);
    return { go, port: badPath ? await relayTo(Number(port)) : Number(port) };
  }

  const paths = [
    ['a good path', false],
    ['a path that loses and reorders', true],
  ] as const;

  test.each(paths)('sends to a listener over %s', async (_name, badPath) => {
    const { go, port } = await listener(['-count', String(BYTES)], badPath);
    const stream = await dial(port);
    await sendTo(stream);
    expect(await reportOf(go)).toMatchObject({ bytes: BYTES, sound: true });
    const { resentAtTimeout, resentFast, resentEarly } = stream.statistics();
    if (badPath) expect(resentAtTimeout + resentFast + resentEarly).toBeGreaterThan(BYTES / 1376 / 100);
  });

  test.each(paths)('receives from a listener over %s', async (_name, badPath) => {
    const { go, port } = await listener(['-send', String(BYTES)], badPath);
    await receiveFrom(await dial(port));
    const report = await reportOf(go);
    expect(report).toMatchObject({ bytes: BYTES, sound: true });
    if (badPath) expect(report.resent).toBeGreaterThan(BYTES / 1376 / 100);
  });

  test.each([
    ['-send', receiveFrom],
    ['-count', sendTo],
  ] as const)('answers a dialler that was told %s', async (role, work) => {
    const socket = await open();
    const port = await relayTo(socket.address().port);
    const go = await start(onTestFinished, [peer, '-dial', `${host}:${port}`, role, String(BYTES)]);
    const stream = await accept(socket);
    await work(stream);
    expect(await reportOf(go)).toMatchObject({ bytes: BYTES, sound: true });
  });

  test('waits for a reader that is slow to begin', async () => {
    const { go, port } = await listener(['-count', String(BYTES), '-slow', '300ms'], false);
    await sendTo(await dial(port));
    expect(await reportOf(go)).toMatchObject({ bytes: BYTES, sound: true });
  });

  test('makes do with the defaults of kcp-go: small windows, long intervals, a congestion window', async () => {
    const own = { sendWindow: 32, receiveWindow: 32, intervalMs: 100, resend: 0, noDelay: false, congestion: true };
    const args = ['-window', '32', '-interval', '100', '-resend', '0', '-nodelay', '0', '-nc', '0'];
    const { go, port } = await listener(['-count', '150000', ...args], false);
    await sendTo(await dial(port, own), 150_000);
    expect(await reportOf(go)).toMatchObject({ bytes: 150_000, sound: true });
  });
});

async function open(): Promise<Socket> {
  const bufferSize = 4 * 1024 * 1024;
  const socket = createSocket({ type: 'udp4', recvBufferSize: bufferSize, sendBufferSize: bufferSize });
  // A peer that has ended makes the next datagram to it an error of the socket, which is none of the test.
  socket.on('error', () => {});
  onTestFinished(() => new Promise<void>((resolve) => socket.close(resolve)));
  socket.bind(0, host);
  await once(socket, 'listening');
  return socket;
}

/** A stream over this socket to one peer. */
function streamOver(socket: Socket, port: number, own: KcpSettings): KcpStream {
  const carrier: DatagramPort = {
    send: (datagram) => socket.send(datagram, port, host),
    onDatagram: () => {},
    close: () => {},
  };
  socket.on('message', (datagram) => carrier.onDatagram(datagram));
  const stream = new KcpStream(carrier, own, systemClock);
  onTestFinished(() => void stream.destroy());
  return stream;
}

/** The end that dials speaks first. */
async function dial(port: number, own: Partial<KcpSettings> = {}): Promise<KcpStream> {
  const stream = streamOver(await open(), port, { ...settings, ...own });
  stream.write(Buffer.alloc(4));
  return stream;
}

async function accept(socket: Socket): Promise<KcpStream> {
  const [datagram, from]: [Buffer, AddressInfo] = (await once(socket, 'message')) as [Buffer, AddressInfo];
  const stream = streamOver(socket, from.port, { ...settings, conv: datagram.readUInt32LE() });
  socket.emit('message', datagram, from);
  await once(stream, 'readable');
  expect(stream.read(4)).toHaveLength(4);
  return stream;
}

/** Until the peer says that it has all. */
async function sendTo(stream: KcpStream, bytes = BYTES): Promise<void> {
  const done = once(stream, 'data');
  for (let at = 0; at < bytes; at += 65_536)
    if (!stream.write(pattern(at, Math.min(65_536, bytes - at)))) await once(stream, 'drain');
  await done;
}

async function receiveFrom(stream: KcpStream): Promise<void> {
  const reader = new PatternReader();
  stream.on('data', (chunk: Buffer) => reader.add(chunk));
  while (reader.bytes < BYTES) await once(stream, 'data');
  expect(reader).toMatchObject({ bytes: BYTES, isSound: true });
  stream.write(Buffer.from([1]));
}

async function reportOf(go: Running): Promise<Report> {
  const [line] = await go.outputMatching(/\{.*\}/, 40);
  return JSON.parse(line);
}

/** A port on the way to another, where 2 of 100 datagrams are lost in each direction, and some wait for the next ones. */
async function relayTo(port: number): Promise<number> {
  const random = seededRandom('relay');
  const [front, back] = [await open(), await open()];
  let client = 0;
  const passing = (forward: (datagram: Buffer) => void) => {
    const held: Buffer[] = [];
    return (datagram: Buffer) => {
      if (random() < 0.02) return;
      if (random() < 0.02 && held.length < 3) {
        held.push(datagram);
        return;
      }
      forward(datagram);
      for (const late of held.splice(0)) forward(late);
    };
  };
  const toServer = passing((datagram) => back.send(datagram, port, host));
  const toClient = passing((datagram) => front.send(datagram, client, host));
  front.on('message', (datagram, from) => {
    client = from.port;
    toServer(datagram);
  });
  back.on('message', toClient);
  return front.address().port;
}
