/** The one executable beside the npm package: what both carry over loopback. */
import { existsSync } from 'node:fs';
import { repositoryFile } from '../test/support/folders.js';
import { type Need, unmet } from '../test/support/machine.js';
import { wperf } from '../test/support/wperf.js';
import type { Measurement } from './measurement.js';
import { runWperf } from './programs/iperf-like.js';

export interface Program {
  readonly name: string;
  readonly words: readonly string[];
  readonly missing: readonly string[];
}

const file = repositoryFile('out', 'wperf');
export const nodeInside = repositoryFile(
  'packaging',
  'node_modules',
  `node-${process.platform}-${process.arch}`,
  'bin',
  'node',
);

const made: Need = () => (existsSync(file) ? null : 'out/wperf (npm run package)');
export const inside: Need = () => (existsSync(nodeInside) ? null : 'its Node (npm ci --prefix packaging)');

const script = wperf().slice(1);
export const executable: Program = { name: 'executable', words: [file], missing: unmet([made]) };
export const packages: readonly Program[] = [
  { name: 'npm package', words: wperf(), missing: [] },
  { name: 'npm package, Node as inside', words: [nodeInside, ...script], missing: unmet([inside]) },
];

/** Server and client of the same kind, up and down. */
export function executableMeasurements(): readonly Measurement[] {
  return ['up', 'down'].flatMap((way) => {
    const measurement = ({ name, words, missing }: Program): Measurement => ({
      ...{ name: `${name} ${way}`, mode: 'executable', missing },
      run: (seconds) => runWperf(way === 'down' ? ['-R'] : [], seconds, { within: [] }, words),
    });
    const peers = packages.map(({ name }) => `${name} ${way}`);
    return [{ ...measurement(executable), peers }, ...packages.map(measurement)];
  });
}
