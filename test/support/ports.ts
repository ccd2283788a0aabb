import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type Running, run } from './processes.js';

/** A TCP port on which nothing listens now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error(`no TCP port on ${host}`);
  return address.port;
}

/** Waits until a connection to the program's port succeeds, within `seconds`. */
export async function listening(
  server: Running,
  at: { readonly host: string; readonly port: number; readonly within?: readonly string[] | undefined },
  seconds = 10,
): Promise<void> {
  const { host, port, within } = at;
  const reachable = within ? () => connectableWithin(within, host, port) : () => connectable(host, port);
  await server.until(reachable, `listen on ${host} port ${port}`, seconds);
}

function connectable(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.on('connect', () => answer(true)).on('error', () => answer(false));
    socket.setTimeout(1000, () => answer(false));
  });
}

/** The connection must be made by a process inside the namespace; bash has one at hand. */
async function connectableWithin(within: readonly string[], host: string, port: number): Promise<boolean> {
  const attempt = ['bash', '-c', 'exec 3<>"/dev/tcp/$0/$1"', host, String(port)];
  return (await run(attempt, { within, timeoutSeconds: 5 })).exitCode === 0;
}
