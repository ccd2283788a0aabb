/** `serve`: sends back what comes on each connection. `ping PORT COUNT SECONDS`: the median of as many round trips in milliseconds, each SECONDS after the one before, or at once after it for 0. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const [role, port, count, seconds] = process.argv.slice(2);

async function serve(): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  console.log(`port ${address.port}`);
}

async function ping(): Promise<void> {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const rttsMs: number[] = [];
  // As many bytes as a masked WebSocket ping of wperf has.
  const payload = Buffer.alloc(14, 'x');
  for (let i = 0; i < Number(count); i += 1) {
    if (Number(seconds) > 0) await pause(Number(seconds) * 1000);
    const sentMs = performance.now();
    socket.write(payload);
    await once(socket, 'data');
    rttsMs.push(performance.now() - sentMs);
  }
  socket.end();
  rttsMs.sort((a, b) => a - b);
  console.log(`median ${rttsMs[Math.floor(rttsMs.length / 2)]} ms`);
}

await (role === 'serve' ? serve() : ping());
