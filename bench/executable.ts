/** The one executable beside the npm package: what both carry over loopback, and how long they take to start. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { repositoryFile } from '../test/support/folders.js';
import { type Need, unmet } from '../test/support/machine.js';
import { wperf } from '../test/support/wperf.js';
import { type Measurement, median } from './measurement.js';
import type { Table, TableOptions } from './options.js';
import { runWperf } from './programs/iperf-like.js';

export const executableMode = 'executable';

interface Program {
  readonly name: string;
  readonly words: readonly string[];
  readonly missing: readonly string[];
}

const file = repositoryFile('out', 'wperf');
const nodeInside = repositoryFile(
  'packaging',
  'node_modules',
  `node-${process.platform}-${process.arch}`,
  'bin',
  'node',
);

const made: Need = () => (existsSync(file) ? null : 'out/wperf (npm run package)');
const inside: Need = () => (existsSync(nodeInside) ? null : 'its Node (npm ci --prefix packaging)');

const script = wperf().slice(1);
const executable: Program = { name: 'executable', words: [file], missing: unmet([made]) };
const packages: readonly Program[] = [
  { name: 'npm package', words: wperf(), missing: [] },
  { name: 'npm package, Node as inside', words: [nodeInside, ...script], missing: unmet([inside]) },
];

/** Server and client of the same kind, up and down. */
export function executableMeasurements(): readonly Measurement[] {
  return ['up', 'down'].flatMap((way) => {
    const measurement = ({ name, words, missing }: Program): Measurement => ({
      ...{ name: `${name} ${way}`, mode: executableMode, missing },
      run: (seconds) => runWperf(way === 'down' ? ['-R'] : [], seconds, { within: [] }, words),
    });
    const peers = packages.map(({ name }) => `${name} ${way}`);
    return [{ ...measurement(executable), peers }, ...packages.map(measurement)];
  });
}

/** A header and a row for each way to start. */
export function startTable({ rounds, log }: TableOptions): Table {
  const starts: readonly Program[] = [
    { name: 'node -e 0', words: [process.execPath, '-e', '0'], missing: [] },
    { name: 'node -e 0, Node as inside', words: [nodeInside, '-e', '0'], missing: unmet([inside]) },
    ...[...packages, executable].map(({ name, words, missing }) => ({
      ...{ name: `wperf --version, ${name}`, words: [...words, '--version'], missing },
    })),
  ];
  const timed = starts.filter(({ missing }) => missing.length === 0).map((one) => ({ ...one, ms: [] as number[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, words, ms } of round % 2 === 1 ? timed : timed.toReversed()) {
      ms.push(msOf(words));
      log(`round ${round} of ${rounds}: ${name} ${ms.at(-1)?.toFixed(0)} ms`);
    }
  }
  const rows = timed.map(({ name, ms }) => [name, median(ms).toFixed(0), ms.map((one) => one.toFixed(0)).join(', ')]);
  return [['starting', 'ms, median', 'ms in each round'], ...rows];
}

/** Until the process has ended. */
function msOf([program = '', ...words]: readonly string[]): number {
  const begun = performance.now();
  const { status } = spawnSync(program, words, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: exit code ${status}`);
  return performance.now() - begun;
}
