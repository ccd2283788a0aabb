/** Which opening a connection at the front door goes to, over real sockets. */
import { closeSync, openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { bounds } from '../../../src/defaults/index.js';
import type { Arrival, Claim, Opening } from '../../../src/transport/door/arrival.js';
import { openFrontDoor } from '../../../src/transport/door/front-door.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hold } from '../../support/raw.js';

const COOKIE = `${'abcdefghijklmnopqrstuvwxyz234567abcd'}\0`;

/** Says `name` and what it got, and closes. */
function opening(name: string, claims: (text: string) => Claim): Opening {
  return {
    claims: (first) => claims(Buffer.from(first).toString('latin1')),
    take: ({ socket, client }: Arrival) => {
      socket.once('data', (chunk) => socket.end(`${name} ${client?.host ?? ''} ${chunk.toString('latin1')}`));
    },
  };
}

const cookie = opening('cookie', (text) => {
  if (!/^[a-z2-7]{1,36}\0?$/.test(text.slice(0, 37))) return 'no';
  return text.length < 37 ? 'more' : 'yes';
});
const letters = opening('letters', (text) => (/^[a-z]/.test(text) ? 'yes' : 'no'));
const endless = opening('endless', (text) => (text.startsWith('.') ? 'more' : 'no'));

test('says which zone of the address to listen at is of no interface', async () => {
  const common = { port: 0, clock: new FakeClock(), trusts: () => false, onConnection: () => {}, openings: [] };
  await expect(openFrontDoor({ ...common, host: 'fe80::1%nosuch0' })).rejects.toMatchObject({
    code: 'listen-failure',
    line: expect.stringMatching(
      /^--host fe80::1%nosuch0 has a zone that is no interface of this machine: name one of /,
    ),
  });
  await expect(openFrontDoor({ ...common, host: 'fe80::1' })).rejects.toMatchObject({
    code: 'listen-failure',
    line: '--host fe80::1 is a link-local address without its zone: name the interface, as in fe80::1%eth0',
  });
});

test('says whose fault it is that nothing can be listened to that was handed over', async () => {
  const descriptor = openSync('/dev/null', 'r');
  onTestFinished(() => closeSync(descriptor));
  const common = { port: 0, clock: new FakeClock(), trusts: () => false, onConnection: () => {}, openings: [] };
  await expect(openFrontDoor({ ...common, descriptor })).rejects.toMatchObject({
    code: 'listen-failure',
    line: 'systemd hands over no TCP socket: give ListenStream= a port in the socket unit',
  });
});

/** Resets a connection that nobody has taken yet, behind its first bytes: this thread waits meanwhile. */
function connectAndReset(port: number): void {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const code = `const { workerData: { port, done } } = require('node:worker_threads');
    const socket = require('node:net').connect(port, '127.0.0.1', () => socket.write('abc', () => socket.resetAndDestroy()));
    socket.once('close', () => { Atomics.store(done, 0, 1); Atomics.notify(done, 0); });`;
  const worker = new Worker(code, { eval: true, workerData: { port, done } });
  expect(Atomics.wait(done, 0, 0, 10_000)).not.toBe('timed-out');
  void worker.terminate();
}

test('lets go of a connection that was reset before it was taken, of which nobody could say whose it was', async () => {
  const taken: string[] = [];
  const told = { connections: 0 };
  const all: Opening = { claims: () => 'yes', take: ({ tcp }) => taken.push(tcp.remoteAddress ?? 'nobody') };
  const door = await openFrontDoor({
    ...{ host: '127.0.0.1', port: 0, clock: new FakeClock(), trusts: () => false, openings: [all] },
    onConnection: () => {
      told.connections += 1;
    },
  });
  connectAndReset(door.port);
  const { socket, ended } = await hold(door.port);
  socket.write('abc');
  await expect.poll(() => taken).toEqual(['127.0.0.1']);
  expect(told.connections).toBe(1);
  socket.destroy();
  await ended;
  void door.close();
});

async function answerInPieces(bytes: string, size: number, openings: readonly Opening[]): Promise<string> {
  const clock = new FakeClock();
  let told = 0;
  const door = await openFrontDoor({
    host: '127.0.0.1',
    port: 0,
    clock,
    trusts: () => true,
    onConnection: () => {
      told += 1;
    },
    openings,
  });
  onTestFinished(() => door.close());
  const { socket, ended, reply } = await hold(door.port);
  socket.setNoDelay(true);
  for (let at = 0; at < bytes.length && reply() === ''; at += size) {
    socket.write(bytes.slice(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const answer = await ended;
  expect(told).toBe(1);
  expect(clock.pending).toBe(0);
  return answer;
}

test.each([[1], [5], [37], [100]])('an opening of 37 bytes is seen whole, in pieces of %i', async (size) => {
  expect(await answerInPieces(COOKIE, size, [cookie, letters])).toBe(`cookie  ${COOKIE}`);
});

test('bytes that turn out otherwise go to the next that claims them', async () => {
  expect(await answerInPieces('abc!', 1, [cookie, letters])).toBe('letters  abc!');
});

test('a PROXY header is no part of the opening', async () => {
  const header = 'PROXY TCP4 203.0.113.5 127.0.0.1 4711 80\r\n';
  expect(await answerInPieces(header + COOKIE, 9, [cookie, letters])).toBe(`cookie 203.0.113.5 ${COOKIE}`);
});

test.each([
  ['that nobody claims', '!hello'],
  ['that nobody can make up his mind about', '.'.repeat(bounds.openingBytes)],
])('bytes %s close the connection', async (_what, bytes) => {
  expect(await answerInPieces(bytes, 50, [cookie, letters, endless])).toBe('');
});
