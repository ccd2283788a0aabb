/** Where this process's reports go: the standard streams, or a log file. */
import { identity } from '../../../host/identity.js';
import type { OutputPlan } from '../../../plan/plan.js';
import { pingReporters, testReporters } from '../../../report/make.js';
import type { PingReporter, Reporter, Screen } from '../../../report/reporter.js';
import { withTimestamps } from '../../../report/text/timestamps.js';
import { withWrapping } from '../../../report/text/wrapped.js';
import { end, type FileStream, openToWrite, writeFailure } from './files.js';
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
  const columnsOf = (stream: FileStream | NodeJS.WriteStream) => terminalColumns(stream, stamps ? STAMP_COLUMNS : 0);
  const prepared = (stream: FileStream | NodeJS.WriteStream) => {
    const sink = stamps ? withTimestamps(stream, Date.now) : stream;
    return plan.format === 'text' ? withWrapping(sink, () => columnsOf(stream)) : sink;
  };
  const screen: Screen = {
    out: prepared(out),
    err: prepared(process.stderr),
    columns: () => columnsOf(out),
    color: plan.color && !isDumb && log === undefined && process.stdout.isTTY === true && process.stderr.isTTY === true,
  };
  return { screen, close: () => closed(log) };
}

/**
 * A reporter of one test. Text for people has a live line, where a terminal that can erase a line shows errors; whoever
 * wants no colors has it without sparklines, latency and summary.
 */
export async function clientReporter(plan: OutputPlan, { screen }: Output): Promise<Reporter> {
  const make = await testReporters(plan.format);
  const reporter = make({ ...identity, output: plan }, screen);
  if (!process.stderr.isTTY || plan.format !== 'text' || isDumb) return reporter;
  const { ProgressLine } = await import('../../../report/text/live/progress-line.js');
  return new ProgressLine(reporter, process.stderr, () => process.stderr.columns ?? 80, plan.unit, plan.color);
}

/** A terminal that knows no escape sequences. */
const isDumb = process.env.TERM === 'dumb';

/** A time stamp and the blank after it. */
const STAMP_COLUMNS = 30;

/** Of a terminal, less what is taken; undefined of a file or pipe, or where the terminal does not know. */
function terminalColumns(stream: FileStream | NodeJS.WriteStream, taken: number): number | undefined {
  return 'isTTY' in stream && stream.isTTY && stream.columns > 0 ? stream.columns - taken : undefined;
}

export async function pingReporter(plan: OutputPlan, { screen }: Output): Promise<PingReporter> {
  const make = await pingReporters(plan.format);
  return make({ ...identity, output: plan }, screen);
}

async function openLog(path: string, failure: WriteFailure): Promise<FileStream> {
  const name = `--logfile '${path}'`;
  try {
    const log = await openToWrite(path, 'a');
    watchWrites(log, name, failure);
    return log;
  } catch (error) {
    throw writeFailure(name, error);
  }
}

async function closed(log: FileStream | undefined): Promise<void> {
  if (log && !log.destroyed) await end(log);
}
