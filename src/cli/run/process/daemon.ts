/** `--daemon`: the same command line once more, in a process that goes on when this one has told how it began. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { exitCodes, toWperfError, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import { identity } from '../../../host/identity.js';
import { ownProgram } from '../../../package.js';
import type { OutputPlan } from '../../../plan/plan.js';
import type { Ready } from '../command/server.js';

/** What the process in the background tells the one before it. */
type Beginning = Ready | { readonly failure: Pick<WperfError, 'code' | 'message' | 'hint'> };

/** Whether this is the process in the background: it has one to tell how it began. */
export function inBackground(): boolean {
  return process.send !== undefined;
}

/** Starts the process in the background, and resolves once it serves. Rejects with the WperfError that kept it from it. */
export async function startInBackground(argv: readonly string[], { format, logfile }: OutputPlan): Promise<number> {
  const [program, ...words] = ownProgram();
  const child = spawn(program, [...words, ...argv], {
    detached: true,
    stdio: ['ignore', 'ignore', warningsTo(logfile), 'ipc'],
  });
  const { port } = await beginningOf(child);
  child.disconnect();
  child.unref();
  // What is told as failed leaves nothing behind.
  process.once('exit', (code) => code === exitCodes.success || child.kill());
  if (format === 'text') {
    process.stdout.write(`${identity.software}: serving on port ${port} in the background, process ${child.pid}\n`);
  }
  return exitCodes.success;
}

/** Serves, and tells how it began. */
export async function serveInBackground(serve: () => Promise<number>): Promise<number> {
  try {
    return await serve();
  } catch (thrown) {
    const { code, message, hint } = toWperfError(thrown);
    process.send?.({ failure: { code, message, hint } } satisfies Beginning);
    throw thrown;
  }
}

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
/** A pipe without a reader is no file to wait for. */
const appendAtOnce = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK;

/** A log file that cannot be opened is told of by the process that is to write it. */
function warningsTo(logfile: string | undefined): number | 'ignore' {
  try {
    return logfile === undefined ? 'ignore' : openSync(logfile, appendAtOnce);
  } catch {
    return 'ignore';
  }
}

/** Liveness: the other process says how it began, or ends. */
function beginningOf(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    child.once('message', (said: Beginning) => {
      if (!('failure' in said)) return resolve(said);
      const { code, message, hint } = said.failure;
      reject(new WperfError(code, message, given({ hint })));
    });
    const ended = () => reject(new WperfError('internal', 'the server in the background ended before it served'));
    child.once('error', ended);
    child.once('exit', ended);
  });
}
