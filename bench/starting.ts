/** How long short commands take, beside a Node that does nothing. */
import { spawnSync } from 'node:child_process';
import { exitCodes } from '../src/errors.js';
import { unmet } from '../test/support/machine.js';
import { executable, inside, nodeInside, packages } from './executable.js';
import { median } from './measurement.js';
import type { Table, TableOptions } from './options.js';

export const startMode = 'start';

interface Start {
  readonly name: string;
  readonly words: readonly string[];
  readonly code: number;
  readonly missing: readonly string[];
  /** The name of what it is compared with. */
  readonly peer?: string;
}

/** Port 1 of this machine is closed. */
const commands = [
  { flags: ['--version'], code: exitCodes.success },
  { flags: ['--help'], code: exitCodes.success },
  { flags: ['-c', '127.0.0.1:1'], code: exitCodes.connect },
] as const;

const idle = ['-e', '0'];
const starts: readonly Start[] = [
  { name: 'node -e 0', words: [process.execPath, ...idle], code: 0, missing: [] },
  { name: 'node -e 0, Node as inside', words: [nodeInside, ...idle], code: 0, missing: unmet([inside]) },
  ...[...packages, executable].flatMap(({ name, words, missing }) =>
    commands.map(({ flags, code }) => ({
      ...{ name: `wperf ${flags.join(' ')}, ${name}`, words: [...words, ...flags], code, missing },
      peer: words[0] === process.execPath ? 'node -e 0' : 'node -e 0, Node as inside',
    })),
  ),
];

/** A header and a row for each way to start. */
export function startTable({ rounds, log }: TableOptions): Table {
  const timed = starts.filter(({ missing }) => missing.length === 0).map((one) => ({ ...one, ms: [] as number[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const one of round % 2 === 1 ? timed : timed.toReversed()) {
      one.ms.push(msOf(one));
      log(`round ${round} of ${rounds}: ${one.name} ${one.ms.at(-1)?.toFixed(0)} ms`);
    }
  }
  const medians = new Map(timed.map(({ name, ms }) => [name, median(ms)]));
  const rows = timed.map(({ name, peer, ms }) => {
    const ratio = median(ms) / (medians.get(peer ?? '') ?? Number.NaN);
    const each = ms.map((one) => one.toFixed(0)).join(', ');
    return [name, median(ms).toFixed(1), peer === undefined ? '' : `${ratio.toFixed(2)} × ${peer}`, each];
  });
  return [['starting', 'ms, median', 'of its peer', 'ms in each round'], ...rows];
}

/** Until the process has ended. */
function msOf({ words: [program = '', ...words], code }: Start): number {
  const begun = performance.now();
  const { status } = spawnSync(program, words, { stdio: 'ignore' });
  if (status !== code) throw new Error(`${program} ${words.join(' ')}: exit code ${status}`);
  return performance.now() - begun;
}
