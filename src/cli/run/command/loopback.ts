/** `--loopback`: a server of its own in another process, and the client against it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { WperfError } from '../../../errors.js';
import { ownProgram } from '../../../package.js';
import type { ClientPlan, ConnectionPlan, Target } from '../../../plan/plan.js';
import { isModulePath } from '../../../plan/protos.js';
import { interrupted } from '../process/signals.js';
import type { Ready } from './server.js';

type LocalPlan = Pick<ConnectionPlan, 'family' | 'token'> & Pick<Partial<ClientPlan>, 'proto'>;

const HOST = '127.0.0.1';

/** `run` is given where the server listens; the server ends with it. */
export async function withOwnServer(
  { family, token, proto }: LocalPlan,
  run: (target: Target) => Promise<number>,
): Promise<number> {
  const host = family === 6 ? '::1' : HOST;
  const stopped = interruption();
  const server = startServer(host, token, await Promise.race([moduleWords(proto), stopped]));
  const exited = once(server, 'exit');
  try {
    const port = await Promise.race([portOf(server), stopped]);
    return await run({ host, port, secure: false, path: '/' });
  } finally {
    if (server.connected) server.disconnect();
    await exited;
  }
}

async function interruption(): Promise<never> {
  await interrupted;
  throw new WperfError('interrupted', 'interrupted before the server of --loopback was there');
}

/** Of a module that is sound: what is wrong with it would else be told of the server. Throws a WperfError. */
async function moduleWords(proto: LocalPlan['proto']): Promise<string[]> {
  if (!proto || !isModulePath(proto.name)) return [];
  const { transportOf } = await import('../../../transport/catalog.js');
  await transportOf(proto.name);
  return ['--proto', proto.name];
}

/** In a process group of its own, so that Ctrl-C reaches the client alone; it ends when this process lets go of it. */
function startServer(host: string, token: string | undefined, more: readonly string[]): ChildProcess {
  const [program, ...words] = ownProgram();
  const { WPERF_TOKEN: _, ...env } = process.env;
  return spawn(program, [...words, '--no-config', '--server', '--host', host, '--port', '0', ...more], {
    detached: true,
    env: { ...env, ...(token !== undefined && { WPERF_TOKEN: token }) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

/** What the server says of its own tests is left unread: the client says it too. */
function portOf(server: ChildProcess): Promise<number> {
  let said = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 1000);
  });
  return new Promise((resolve, reject) => {
    server.once('message', (ready: Ready) => resolve(ready.port));
    const fail = () =>
      reject(new WperfError('internal', `the server of --loopback did not start: ${withoutName(said)}`));
    server.once('error', fail);
    server.once('exit', fail);
  });
}

/** One line has one name in front. */
function withoutName(said: string): string {
  return said.replace(/^wperf: error: /, '').trim();
}
