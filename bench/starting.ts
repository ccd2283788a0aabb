/** How long short commands take, beside a Node that does nothing. */
import { spawnSync } from 'node:child_process';
import { exitCodes } from '../src/errors.js';
import { unmet } from '../test/support/machine.js';
import { executable, inside, nodeInside, packages } from './executable.js';
import { median } from './measurement.js';
import type { TableMaker } from './options.js';
import { inRounds } from './rounds.js';

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

/** A row for each way to start. */
export const starting: TableMaker = {
  ...{ mode: 'start', needs: [], needing: 'starting needs' },
  async make(options) {
    const usable = starts.filter(({ missing }) => missing.length === 0);
    const timed = await inRounds(usable, options, msOf, ({ name }, ms) => `${name} ${ms.toFixed(0)} ms`);
    const medians = new Map(timed.map(({ of, samples }) => [of.name, median(samples)]));
    const rows = timed.map(({ of: { name, peer }, samples }) => {
      const ratio = median(samples) / (medians.get(peer ?? '') ?? Number.NaN);
      const each = samples.map((ms) => ms.toFixed(0)).join(', ');
      return [name, median(samples).toFixed(1), peer === undefined ? '' : `${ratio.toFixed(2)} × ${peer}`, each];
    });
    return [['starting', 'ms, median', 'of its peer', 'ms in each round'], ...rows];
  },
};

/** Until the process has ended. */
function msOf({ words: [program = '', ...words], code }: Start): number {
  const begun = performance.now();
  const { status } = spawnSync(program, words, { stdio: 'ignore' });
  if (status !== code) throw new Error(`${program} ${words.join(' ')}: exit code ${status}`);
  return performance.now() - begun;
}
