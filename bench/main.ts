/** `npm run bench`: the table on stdout, progress on stderr. */
import { unmet } from '../test/support/machine.js';
import { UndoStack } from '../test/support/undo.js';
import { datagrams } from './datagrams.js';
import { iperf3Packets } from './iperf3-packets.js';
import { kcp } from './kcp.js';
import { describeMachine } from './machine.js';
import { measureAll } from './measurement.js';
import { measurements } from './measurements.js';
import { type BenchOptions, parseOptions, type Table, type TableMaker } from './options.js';
import { page } from './page.js';
import { realPackets } from './real-packets.js';
import { roundTrips } from './round-trips.js';
import { makeShared } from './shared.js';
import { starting } from './starting.js';
import { asMarkdown, asText, tableOf } from './table.js';

/** In the order of the report, below that of the measurements. */
const makers: readonly TableMaker[] = [starting, roundTrips, datagrams, realPackets, iperf3Packets, kcp, page];

async function main(options: BenchOptions): Promise<void> {
  const stack = new UndoStack();
  const log = (line: string) => console.error(line);
  try {
    const all = measurements(makeShared(stack.later));
    checkModes(options.only, [...all, ...makers]);
    const chosen = all.filter(({ mode }) => isChosen(mode, options));
    for (const { name, missing } of chosen) tellMissing(`${name} needs`, missing, log);
    const usable = chosen.filter(({ missing }) => missing.length === 0);
    const outcomes = await measureAll(usable, { ...options, log });
    const tables: Table[] = outcomes.length > 0 ? [tableOf(outcomes)] : [];
    for (const { needs, needing, make } of makers.filter(({ mode }) => isChosen(mode, options))) {
      const missing = unmet(needs);
      tellMissing(needing, missing, log);
      if (missing.length === 0) tables.push(await make({ ...options, log }));
    }
    print(await describeMachine(), tables, options);
  } finally {
    await stack.undo();
  }
}

function checkModes(only: readonly string[], all: readonly { readonly mode: string }[]): void {
  const modes = [...new Set(all.map(({ mode }) => mode))];
  const unknown = only.find((mode) => !modes.includes(mode));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: choose from ${modes.join(', ')}`);
}

function isChosen(mode: string, { only }: BenchOptions): boolean {
  return only.length === 0 || only.includes(mode);
}

function tellMissing(needing: string, missing: readonly string[], log: (line: string) => void): void {
  if (missing.length > 0) log(`not measured: ${needing} ${missing.join(', ')}`);
}

function print(
  machine: readonly string[],
  tables: readonly Table[],
  { rounds, seconds, markdown }: BenchOptions,
): void {
  const about = [...machine, `Runs: ${rounds} rounds of ${seconds} s each, in turn, with new processes`];
  const lines = markdown ? about.map((line) => `- ${line}`) : about;
  console.log(`${lines.join('\n')}\n\n${tables.map(markdown ? asMarkdown : asText).join('\n')}`);
}

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}
