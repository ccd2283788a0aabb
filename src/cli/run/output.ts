/** Where this process's reports go: the standard streams, or a log file. */

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { WperfError } from '../../errors.js';
import { identity } from '../../host/identity.js';
import type { OutputPlan } from '../../plan/plan.js';
import { makeReporter } from '../../report/make.js';
import { makePingReporter } from '../../report/make-ping.js';
import type { PingReporter, Reporter, Screen } from '../../report/reporter.js';
import { ProgressLine } from '../../report/text/progress-line.js';
import { withTimestamps } from '../../report/text/timestamps.js';
import { withWrapping } from '../../report/text/wrapped.js';
import { type WriteFailure, watchWrites } from './writes.js';

export interface Output {
  readonly screen: Screen;
  /** Settles when everything is written. */
  close(): Promise<void>;
}

/** Throws WperfError `file-failure` for a log file that cannot be written. */
export async function openOutput(plan: OutputPlan, failure: WriteFailure = 'ends'): Promise<Output> {
  const log = plan.logfile === undefined ? undefined : await openLog(plan.logfile, failure);
  const stamps = plan.timestamps && plan.format === 'text';
  const out = log ?? process.stdout;
  const columnsOf = (stream: WriteStream | NodeJS.WriteStream) => terminalColumns(stream, stamps ? STAMP_COLUMNS : 0);
  const prepared = (stream: WriteStream | NodeJS.WriteStream) => {
    const sink = stamps ? withTimestamps(stream, Date.now) : stream;
    return plan.format === 'text' ? withWrapping(sink, () => columnsOf(stream)) : sink;
  };
  const screen: Screen = {
    out: prepared(out),
    err: prepared(process.stderr),
    columns: () => columnsOf(out),
    color: plan.color && log === undefined && process.stdout.isTTY === true && process.stderr.isTTY === true,
  };
  return { screen, close: () => closed(log) };
}

/** A reporter of one test, with a live line where there is a terminal to see it. */
export function clientReporter(plan: OutputPlan, { screen }: Output): Reporter {
  const reporter = makeReporter({ ...identity, output: plan }, screen);
  if (!process.stderr.isTTY) return reporter;
  return new ProgressLine(reporter, process.stderr, () => process.stderr.columns ?? 80, plan.unit);
}

/** A time stamp and the blank after it. */
const STAMP_COLUMNS = 30;

/** Of a terminal, less what is taken; undefined of a file or pipe, or where the terminal does not know. */
function terminalColumns(stream: WriteStream | NodeJS.WriteStream, taken: number): number | undefined {
  return 'isTTY' in stream && stream.isTTY && stream.columns > 0 ? stream.columns - taken : undefined;
}

export function pingReporter(plan: OutputPlan, { screen }: Output): PingReporter {
  return makePingReporter({ ...identity, output: plan }, screen);
}

async function openLog(path: string, failure: WriteFailure): Promise<WriteStream> {
  const log = createWriteStream(path, { flags: 'a' });
  try {
    await once(log, 'open');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WperfError('file-failure', `--logfile '${path}' cannot be written: ${reason}`, {
      hint: 'choose a file that this user may write',
      cause: error,
    });
  }
  watchWrites(log, `--logfile '${path}'`, failure);
  return log;
}

async function closed(log: WriteStream | undefined): Promise<void> {
  if (!log || log.destroyed) return;
  log.end();
  await new Promise<void>((resolve) => log.once('close', () => resolve()));
}
