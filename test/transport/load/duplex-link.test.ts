/** How a link over a stream of bytes says that it has ended. */
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import type { Closed } from '../../../src/transport/channel.js';
import { ByteLink } from '../../../src/transport/load/byte-link.js';
import { infoOf } from '../../../src/transport/socket/info.js';

test('says nothing of what was still to be written to a far end that closed it', async () => {
  const server = createServer((far) => far.on('error', () => {}).end()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  const link = new ByteLink(socket, { name: 'tcp', info: infoOf(socket) });
  const closed = new Promise<Closed>((resolve) => {
    link.onClose = resolve;
  });
  socket.once('connect', () => {
    socket.end();
    socket.write('more');
  });
  expect(await closed).toEqual({ reason: 'lost', text: '' });
});

test('says what else went wrong', async () => {
  const stream = new PassThrough();
  const info = { localHost: '', localPort: 0, remoteHost: '', remotePort: 0, secure: false };
  const link = new ByteLink(stream, { name: 'tcp', info });
  const closed = new Promise<Closed>((resolve) => {
    link.onClose = resolve;
  });
  stream.destroy(new Error('read ECONNRESET'));
  expect(await closed).toEqual({ reason: 'lost', text: 'read ECONNRESET' });
});
