/** The page in headless Chromium over loopback: throughput by HTTP requests each way, and when it is first seen. */
import { startBrowser, Visit } from '../test/support/browser.js';
import { program } from '../test/support/machine.js';
import { withUndo } from '../test/support/undo.js';
import { startWperfServer } from '../test/support/wperf.js';
import { median } from './measurement.js';
import type { TableMaker } from './options.js';
import { inRounds } from './rounds.js';

interface Round {
  readonly down: number;
  readonly up: number;
  readonly firstPaintMs: number;
}

/** A row for each figure. */
export const page: TableMaker = {
  ...{ mode: 'page', needs: [program('chromium')], needing: 'the page needs' },
  async make({ seconds, ...options }) {
    const text = (_: string, { down, up, firstPaintMs }: Round) =>
      `the page, ${gigabits(down)} down, ${gigabits(up)} up, seen in ${firstPaintMs.toFixed(0)} ms`;
    const [sampled] = await inRounds(['page'], options, () => measure(seconds), text);
    const all = sampled?.samples ?? [];
    const row = (what: string, target: string, figure: (round: Round) => number, text: (value: number) => string) => [
      what,
      text(median(all.map(figure))),
      target,
      all.map((round) => text(figure(round))).join(', '),
    ];
    return [
      ['the page in Chromium', 'median', 'target', 'in each round'],
      row('down, Gbit/s', '1.5', ({ down }) => down, gigabits),
      row('up, Gbit/s', '1.2', ({ up }) => up, gigabits),
      row(
        'first paint, ms',
        '100',
        ({ firstPaintMs }) => firstPaintMs,
        (value) => value.toFixed(0),
      ),
    ];
  },
};

const gigabits = (bitsPerSecond: number) => (bitsPerSecond / 1e9).toFixed(2);

/** A new browser, and a new visit for the paint: the first one of a browser starts its processes. */
function measure(seconds: number): Promise<Round> {
  return withUndo(async (later) => {
    const { host, port } = await startWperfServer(later);
    const context = await (await startBrowser(later)).newContext();
    const visit = await Visit.open(context, `http://${host}:${port}/`, { seconds: Math.max(1, Math.round(seconds)) });
    await visit.run();
    const { down = 0, up = 0 } = await visit.figures();
    const again = await Visit.open(context, `http://${host}:${port}/`);
    return { down, up, firstPaintMs: await paintOf(again) };
  });
}

/** Since the address was asked for, in ms; 0 until it is there. */
const firstPaint = "performance.getEntriesByName('first-paint')[0]?.startTime ?? 0";

/** Asked for again and again from outside: the page's own policy forbids what would wait inside. */
async function paintOf({ page }: Visit): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const ms = Number(await page.evaluate(firstPaint));
    if (ms > 0) return ms;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the page was not painted');
}
