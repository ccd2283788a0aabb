/** The wperf command line as it is installed, run by the Node that runs the tests. */
import { beforeAll } from 'vitest';
import { repositoryFile } from './folders.js';
import type { Iperf3Report } from './peers/iperf3.js';
import type { Place } from './peers/place.js';
import { freePort, listening } from './ports.js';
import { type Finished, type Running, type RunOptions, run, start } from './processes.js';
import { undoAfterAll } from './suite.js';
import type { Later } from './undo.js';

export interface WperfServer {
  readonly process: Running;
  readonly host: string;
  readonly port: number;
}

/** What wperf's `-J` has in common with iperf3's. */
export type WperfReport = Iperf3Report;

/** The words of a wperf command. */
export function wperf(...args: readonly string[]): readonly string[] {
  return [process.execPath, repositoryFile('bin', 'wperf.js'), ...args];
}

/** Starts `wperf -s` with further arguments, and waits until it listens; `program` are the words of another wperf. */
export async function startWperfServer(
  later: Later,
  args: readonly string[] = [],
  { host = '127.0.0.1', within, program = wperf() }: Place & { readonly program?: readonly string[] } = {},
): Promise<WperfServer> {
  const port = await freePort();
  const argv = [...program, '-s', '--host', host, '-p', String(port), ...args];
  const running = await start(later, argv, { within });
  await listening(running, { host, port, within });
  return { process: running, host, port };
}

/** One for all tests of a file or suite, of which none may stop it; it listens when the first begins. */
export function sharedWperfServer(): { readonly port: number } {
  const later = undoAfterAll();
  const shared = { port: 0 };
  beforeAll(async () => {
    shared.port = (await startWperfServer(later)).port;
  });
  return shared;
}

/** Runs wperf to its end, whatever its exit code. */
export function runWperf(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return run(wperf(...args), options);
}

/** Runs a wperf client with `-J` and gives its report; fails with what wperf wrote when the test fails. */
export async function measureWithWperf(args: readonly string[], options: RunOptions = {}): Promise<WperfReport> {
  const { exitCode, stdout, stderr } = await runWperf([...args, '-J'], options);
  if (exitCode !== 0) throw new Error(`wperf ${args.join(' ')}: exit code ${exitCode}\n${stderr}${stdout}`);
  return JSON.parse(stdout);
}
