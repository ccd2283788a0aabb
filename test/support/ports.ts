import { connect, createServer } from 'node:net';
import { type Running, run } from './processes.js';

/** Below those that systems give to whoever asks for any. */
const FIRST_PORT = 20_000;
const PORTS_A_WORKER = 1000;
const WORKERS = 12;

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
let next = Math.floor(Math.random() * PORTS_A_WORKER);

/** A TCP port on which nothing listens now, and which no other worker will take meanwhile. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < PORTS_A_WORKER; tried++) {
    const port = FIRST_PORT + worker * PORTS_A_WORKER + (next++ % PORTS_A_WORKER);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`no free TCP port on ${host}`);
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
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
