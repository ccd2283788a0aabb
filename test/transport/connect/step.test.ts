/** Between two steps nobody looks at a socket: what happens to it then is told by the next. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ClosedEarly, step } from '../../../src/transport/connect/step.js';

const never = new AbortController().signal;

async function connectedTo(treat: (peer: Socket) => void): Promise<Socket> {
  const server = createServer(treat).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  return step<Socket>(socket, never, (done) => socket.once('connect', () => done(socket)));
}

async function closed(socket: Socket): Promise<void> {
  while (!socket.destroyed) await turn();
}

test('a reset between two steps fails the second', async () => {
  const socket = await connectedTo((peer) => peer.once('data', () => peer.resetAndDestroy()));
  socket.write('.');
  await closed(socket);
  await expect(step(socket, never, () => {})).rejects.toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
});

test('a close between two steps fails the second', async () => {
  const socket = await connectedTo((peer) => peer.end());
  socket.resume();
  await closed(socket);
  await expect(step(socket, never, () => {})).rejects.toBeInstanceOf(ClosedEarly);
});

test('no listener is left but for the one that keeps errors', async () => {
  const socket = await connectedTo(() => {});
  const before = socket.listenerCount('close');
  await step<void>(socket, never, (done) => done());
  expect(socket.listenerCount('close')).toBe(before);
  expect(socket.listenerCount('error')).toBe(1);
  socket.destroy();
});
