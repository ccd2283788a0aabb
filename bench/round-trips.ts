/** Round trips of `--ping` over loopback beside those of plain TCP in Node: what WebSocket and wperf add. */
import { repositoryFile } from '../test/support/folders.js';
import { output, start } from '../test/support/processes.js';
import { withUndo } from '../test/support/undo.js';
import { startWperfServer, wperf } from '../test/support/wperf.js';
import { median } from './measurement.js';
import type { TableMaker } from './options.js';
import { inRounds } from './rounds.js';

const paces = [
  { name: 'one after another', count: 2000, seconds: 0 },
  { name: 'every 0.1 s', count: 30, seconds: 0.1 },
] as const;

type Pace = (typeof paces)[number];

/** A row for each pace. */
export const roundTrips: TableMaker = {
  ...{ mode: 'ping', needs: [], needing: 'pings need' },
  async make(options) {
    const rows: string[][] = [];
    for (const pace of paces) {
      const both = async (): Promise<[number, number]> => [await wperfMedian(pace), await plainMedian(pace)];
      const text = ({ name }: Pace, pair: readonly number[]) =>
        `pings ${name}, wperf and plain ${texts(pair).join(', ')} ms`;
      const [sampled] = await inRounds([pace], options, both, text);
      const pairs = sampled?.samples ?? [];
      const [ours, theirs] = [median(pairs.map(([own]) => own)), median(pairs.map(([, plain]) => plain))];
      const each = pairs.map((pair) => texts(pair).join(' / ')).join(', ');
      rows.push([pace.name, ...texts([ours, theirs]), (ours / theirs).toFixed(2), each]);
    }
    return [['pings', 'wperf --ping, median ms', 'plain Node TCP, median ms', 'ratio', 'ms in each round'], ...rows];
  },
};

const texts = (milliseconds: readonly number[]) => milliseconds.map((ms) => ms.toFixed(3));

function wperfMedian({ count, seconds }: Pace): Promise<number> {
  return withUndo(async (later) => {
    const { host, port } = await startWperfServer(later);
    const flags = ['--ping', '--ping-count', String(count), '-i', String(seconds), '-J'];
    return JSON.parse(await output(wperf('-c', host, '-p', String(port), ...flags))).end.rtt.median_ms;
  });
}

function plainMedian({ count, seconds }: Pace): Promise<number> {
  return withUndo(async (later) => {
    const program = [process.execPath, repositoryFile('build', 'bench', 'programs', 'echo-node.js')];
    const server = await start(later, [...program, 'serve']);
    const port = (await server.outputMatching(/^port (\d+)\n/))[1] ?? '';
    const text = await output([...program, 'ping', port, String(count), String(seconds)]);
    return Number(/median ([\d.]+) ms/.exec(text)?.[1]);
  });
}
