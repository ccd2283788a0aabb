/** KCP over loopback beside a pair of kcp-go, both with windows of 1,024 segments, flushes each 10 ms, and no waiting. */
import { join } from 'node:path';
import { repositoryFile, temporaryFolder } from '../test/support/folders.js';
import { goModule, program } from '../test/support/machine.js';
import { output, start } from '../test/support/processes.js';
import { type Later, withUndo } from '../test/support/undo.js';
import { median } from './measurement.js';
import type { TableMaker } from './options.js';
import { runWperf } from './programs/iperf-like.js';
import { inRounds } from './rounds.js';

const sources = repositoryFile('test', 'transport', 'kcp', 'go');
/** About what a pair of kcp-go carries in a second. */
const BYTES_A_SECOND = 120e6;
const flags = '--proto kcp --kcp-snd-wnd 1024 --kcp-rcv-wnd 1024 --kcp-no-delay --kcp-resend 2'.split(' ');

/** A row for each direction of wperf, and for kcp-go. */
export const kcp: TableMaker = {
  ...{ mode: 'kcp', needs: [program('go', 'golang-go'), goModule(sources)], needing: 'KCP needs' },
  make({ seconds, ...options }) {
    return withUndo(async (later) => {
      const peer = join(await temporaryFolder(later), 'peer');
      await output(['go', 'build', '-buildvcs=false', '-o', peer, '.'], { cwd: sources, timeoutSeconds: 120 });
      const all = [
        { name: 'wperf up', run: () => wperfRate([...flags], seconds) },
        { name: 'wperf down', run: () => wperfRate([...flags, '-R'], seconds) },
        { name: 'kcp-go', run: () => withUndo((undo) => goRate(undo, peer, seconds)) },
      ];
      const text = ({ name }: { name: string }, rate: Rate) => `KCP, ${name} ${rateText(rate)} Gbit/s`;
      const sampled = await inRounds(all, options, ({ run }) => run(), text);
      const medianOf = (rates: readonly Rate[]) => median(rates.map(({ bitsPerSecond }) => bitsPerSecond));
      const theirs = medianOf(sampled.at(-1)?.samples ?? []);
      const rows = sampled.map(({ of: { name }, samples }) => [
        name,
        (medianOf(samples) / 1e9).toFixed(2),
        (medianOf(samples) / theirs).toFixed(2),
        peakText(samples),
        samples.map(rateText).join(', '),
      ]);
      return [['KCP', 'Gbit/s, median', 'of kcp-go', 'peak MB, client + server', 'Gbit/s in each round'], ...rows];
    });
  },
};

interface Rate {
  readonly bitsPerSecond: number;
  readonly peaks?: readonly [number, number];
}

const rateText = ({ bitsPerSecond }: Rate) => (bitsPerSecond / 1e9).toFixed(2);

function peakText(rates: readonly Rate[]): string {
  const most = (end: 0 | 1) => Math.max(...rates.map(({ peaks }) => peaks?.[end] ?? Number.NaN));
  return Number.isNaN(most(0)) ? '' : `${Math.round(most(0) / 1e6)} + ${Math.round(most(1) / 1e6)}`;
}

async function wperfRate(words: readonly string[], seconds: number): Promise<Rate> {
  const { bitsPerSecond, client, server } = await runWperf(words, seconds, { within: [] });
  return { bitsPerSecond: bitsPerSecond[0] ?? Number.NaN, peaks: [client.peakBytes, server.peakBytes] };
}

/** By the clock of the end that counts. */
async function goRate(later: Later, peer: string, seconds: number): Promise<Rate> {
  const bytes = String(BYTES_A_SECOND * seconds);
  const counts = await start(later, [peer, '-listen', '127.0.0.1:0', '-count', bytes]);
  const [, port = ''] = await counts.outputMatching(/listening on 127\.0\.0\.1:(\d+)/);
  await start(later, [peer, '-dial', `127.0.0.1:${port}`, '-send', bytes]);
  const [, told = '{}'] = await counts.outputMatching(/(\{.*\})\n/);
  const report: { readonly bytes: number; readonly seconds: number } = JSON.parse(told);
  return { bitsPerSecond: (8 * report.bytes) / report.seconds };
}
