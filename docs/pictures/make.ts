/**
 * `npm run pictures`: the README's pictures, of the page and of a report, from the real programs over a link of 50 Mbit/s
 * and 20 ms there and back. Wants what the tests over links want, and Chromium.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { startBrowser, Visit } from '../../test/support/browser.js';
import { repositoryFile, temporaryFolder } from '../../test/support/folders.js';
import { addresses, makeLab } from '../../test/support/netlab.js';
import { output } from '../../test/support/processes.js';
import { withUndo } from '../../test/support/undo.js';
import { startWperfServer, wperf } from '../../test/support/wperf.js';

const link = { rateMbit: 50, delayMs: 10, queueMs: 60 };
const seconds = 8;

await withUndo(async (later) => {
  const lab = await makeLab(later, link);
  const { port } = await startWperfServer(later, [], { host: addresses.server, within: lab.within('server') });
  const server = `${addresses.server}:${port}`;
  const report = join(await temporaryFolder(later), 'report.html');
  const words = wperf('-c', server, '--bidir', '-t', String(seconds), '-i', '0.5', '--report', report);
  await output(words, { within: lab.within('client') });

  const browser = await startBrowser(later, lab.within('client'));
  const context = await browser.newContext({ viewport: { width: 768, height: 500 }, reducedMotion: 'reduce' });
  const visit = await Visit.open(context, `http://${server}/`, { seconds });
  await visit.run();
  await take(visit.page, 'page', '#more');
  const read = await context.newPage();
  await read.goto(pathToFileURL(report).href);
  await take(read, 'report', 'h2:has-text("What was run")');
});

/** As far as the first element that is left out. */
async function take(page: Page, name: string, end: string): Promise<void> {
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const { y } = (await page.locator(end).boundingBox()) ?? { y: height };
  const path = repositoryFile('docs', 'pictures', `${name}.png`);
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height: y } });
}
