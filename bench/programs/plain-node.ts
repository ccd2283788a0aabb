/** `receive`: counts one connection's bytes, then waits to be stopped. `send PORT SECONDS`: writes 1 MiB blocks as fast as they are taken. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const [role, port, seconds] = process.argv.slice(2);

async function receive(): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  console.log(`port ${address.port}`);
  const [socket] = await once(server, 'connection');
  let bytes = 0;
  const from = performance.now();
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(socket, 'close');
  console.log(`${bytes} bytes in ${(performance.now() - from) / 1000} s`);
}

async function send(): Promise<void> {
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const block = Buffer.alloc(1024 * 1024, 'x');
  const deadline = performance.now() + Number(seconds) * 1000;
  while (performance.now() < deadline) {
    if (!socket.write(block)) await once(socket, 'drain');
  }
  socket.end();
}

await (role === 'send' ? send() : receive());
