/** `npm run bench`: the table on stdout, progress on stderr. */
import { program, unmet } from '../test/support/machine.js';
import { UndoStack } from '../test/support/undo.js';
import { datagramMode, datagramTable } from './datagrams.js';
import { iperf3PacketsMode, iperf3PacketsTable } from './iperf3-packets.js';
import { kcpMode, kcpTable } from './kcp.js';
import { describeMachine } from './machine.js';
import type { Measurement } from './measurement.js';
import { measurements } from './measurements.js';
import { type BenchOptions, parseOptions } from './options.js';
import { pageMode, pageTable } from './page.js';
import { realPacketsMode, realPacketsTable } from './real-packets.js';
import { roundTripsMode, roundTripTable } from './round-trips.js';
import { runRounds } from './runner.js';
import { makeShared } from './shared.js';
import { startMode, startTable } from './starting.js';
import { asMarkdown, asText, tableOf } from './table.js';

async function main(options: BenchOptions): Promise<void> {
  const stack = new UndoStack();
  const log = (line: string) => console.error(line);
  try {
    const chosen = select(measurements(makeShared(stack.later)), options.only);
    for (const { name, missing } of chosen.filter((one) => one.missing.length > 0)) {
      log(`not measured: ${name} needs ${missing.join(', ')}`);
    }
    const outcomes = await runRounds(
      chosen.filter((one) => one.missing.length === 0),
      { ...options, log },
    );
    const tables = [
      ...(outcomes.length > 0 ? [tableOf(outcomes)] : []),
      ...(isChosen(startMode, options.only) ? [startTable({ ...options, log })] : []),
      ...(isChosen(roundTripsMode, options.only) ? [await roundTripTable(options.rounds, log)] : []),
      ...(isChosen(datagramMode, options.only) ? [await datagramTable({ ...options, log })] : []),
      ...(isChosen(realPacketsMode, options.only) ? [await realPacketsTable({ ...options, log })] : []),
      ...(isChosen(iperf3PacketsMode, options.only) ? [await iperf3PacketsTable({ ...options, log })] : []),
      ...(isChosen(kcpMode, options.only) ? [await kcpTable({ ...options, log })] : []),
      ...(isChosen(pageMode, options.only) ? await pageTables({ ...options, log }) : []),
    ];
    const machine = await describeMachine();
    const conditions = `${options.rounds} rounds of ${options.seconds} s each, in turn, with new processes`;
    if (options.markdown) {
      console.log(
        `${[...machine, `Runs: ${conditions}`].map((line) => `- ${line}`).join('\n')}\n\n${tables.map(asMarkdown).join('\n')}`,
      );
    } else {
      console.log(`${machine.join('\n')}\nRuns: ${conditions}\n\n${tables.map(asText).join('\n')}`);
    }
  } finally {
    await stack.undo();
  }
}

async function pageTables(options: Parameters<typeof pageTable>[0]): Promise<Awaited<ReturnType<typeof pageTable>>[]> {
  const missing = unmet([program('chromium')]);
  if (missing.length === 0) return [await pageTable(options)];
  options.log(`not measured: the page needs ${missing.join(', ')}`);
  return [];
}

function select(all: readonly Measurement[], only: readonly string[]): readonly Measurement[] {
  const modes = [
    ...new Set(all.map(({ mode }) => mode)),
    startMode,
    roundTripsMode,
    datagramMode,
    realPacketsMode,
    iperf3PacketsMode,
    kcpMode,
    pageMode,
  ];
  const unknown = only.find((mode) => !modes.includes(mode));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: choose from ${modes.join(', ')}`);
  return all.filter(({ mode }) => isChosen(mode, only));
}

function isChosen(mode: string, only: readonly string[]): boolean {
  return only.length === 0 || only.includes(mode);
}

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
