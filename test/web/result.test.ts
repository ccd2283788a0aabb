/** What the page gives of its result: text, JSON, the report in HTML, what it keeps, and the route back. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { TraceEvent, TraceHop } from '../../src/events/route.js';
import { startServerPlan } from '../../src/server/server.js';
import { sharedBrowser, urlOf, type Visit } from '../support/browser.js';
import { temporaryFolder } from '../support/folders.js';
import { describeNeeding, program, systemCalls } from '../support/needs.js';
import { runWperf, startWperfServer } from '../support/wperf.js';

const chromium = program('chromium');

describeNeeding('a result of the page', [chromium], () => {
  const { visit } = sharedBrowser();

  test('is given as the command line gives it, and kept for the next visit', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server));
    await page.run();
    await page.openMore();
    const documents = await page.documents();
    expect(documents).toHaveLength(2);
    expect(documents[0]?.end.sum_received?.bits_per_second).toBeCloseTo((await page.figure('down')) ?? 0, -3);
    expect(documents[1]?.start.test_start).toMatchObject({ reverse: 0 });
    await page.page.click('#copy-text');
    expect(await page.page.inputValue('#text')).toMatch(/download from 127\.0\.0\.1:\d+ over http[\s\S]*upload to /);
    expect(await page.page.textContent('#volume')).toMatch(/^This run moved [\d.]+ [MG]B\.$/);
    expect(await page.page.isVisible('#trend')).toBe(false);
    await page.run();
    await page.page.reload();
    await page.openMore();
    expect(await page.page.locator('#recent tr').count()).toBe(2);
    expect(await page.page.locator('#trend path').count()).toBe(2);
    await page.page.click('#forget');
    expect(await page.page.locator('#recent tr').count()).toBe(0);
    expect(await page.page.isVisible('#trend')).toBe(false);
  });

  test('is saved as a report that the command line reads, by a part fetched for that', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server));
    const asked: string[] = [];
    page.page.on('request', (request) => asked.push(request.url()));
    await page.run();
    await page.openMore();
    expect(asked.join()).not.toContain('/report-');
    const folder = await temporaryFolder(onTestFinished);
    for (const way of ['down', 'up'] as const) {
      const saved = page.page.waitForEvent('download');
      await page.page.click(`[data-report="${way}"]`);
      const download = await saved;
      expect(download.suggestedFilename()).toBe(`wperf-${way}.html`);
      const file = join(folder, download.suggestedFilename());
      await download.saveAs(file);
      const { exitCode, stdout } = await runWperf(['--from', file, '--json']);
      expect(exitCode).toBe(0);
      const { start, end } = JSON.parse(stdout);
      expect(start.system_info).toMatch(/^Chrome \d+$/);
      expect(end.sum_received.bits_per_second).toBe(await page.figure(way));
      expect(end.latency.samples.loaded.length).toBeGreaterThan(0);
    }
    expect(asked.filter((url) => url.includes('/report-'))).toHaveLength(1);
    expect(page.complaints).toEqual([]);
  });

  test('says so when the server no longer gives what writes reports', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server), { direction: 'down' });
    await page.run();
    server.process.signal('SIGTERM');
    await server.process.finished;
    await page.openMore();
    await page.page.click('[data-report="down"]');
    await page.page.waitForSelector('#taken:has-text("did not come from the server, which may have been stopped")');
  });

  test('says for how long the tab was in the background', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server), { seconds: 2 });
    const turn = (hidden: boolean) =>
      page.page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));`);
    await page.begin();
    await page.page.waitForSelector('#phase:has-text("Download")');
    await turn(true);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await turn(false);
    await page.reaches('done');
    expect(await page.notes()).toMatch(/This tab was in the background for \d\.\d s of the download, where browsers/);
    expect(await page.notes()).not.toContain('of the upload');
    await page.openMore();
    const [down, up] = await page.documents();
    expect(String(down?.end.warnings)).toContain('in the background');
    expect(String(up?.end.warnings)).not.toContain('in the background');
  });
});

/** Of the server's network, of another, whose name is no friend's, and the client. */
async function* madeUpRoute(): AsyncGenerator<TraceEvent> {
  const probing = { protocol: 'udp', prober: 'linux-raw', queries: 3, timeoutSeconds: 1 } as const;
  const ends = { host: '127.0.0.1', ip: '127.0.0.1', family: 4, firstHop: 1, maxHops: 30 } as const;
  yield { type: 'trace-start', wallMs: 0, direction: 'forward', ...ends, ...probing };
  yield hopOf(1, '5.1.1.1', 'edge.example');
  yield { ...hopOf(2), lost: 3, rtt: null };
  yield hopOf(3, '5.2.2.2');
  yield { ...hopOf(4, '127.0.0.1'), end: 'target' };
  yield { type: 'trace-end', reason: 'target', hops: 4, seconds: 1, rateLimitedTtls: [] };
}

function hopOf(ttl: number, ip?: string, name?: string): TraceHop {
  const address = { rttsMs: [ttl + 0.25, ttl + 1, ttl + 2], codes: [], mpls: [] };
  const addresses = ip === undefined ? [] : [{ ip, ...address, ...(name !== undefined && { name }) }];
  const rtt = { minMs: ttl + 0.25, avgMs: ttl + 1, maxMs: ttl + 2, stddevMs: 1 };
  return { type: 'trace-hop', ttl, addresses, sent: 3, lost: 0, rtt, rateLimited: false };
}

const places: Readonly<Record<string, object>> = {
  '5.1.1.1': { country: 'NL', asn: 64_500, asName: 'Example' },
  '5.2.2.2': { country: 'DE', asn: 64_501, asName: '<img src=x onerror="document.title=1">' },
};

describeNeeding('the route back in the page', [chromium], () => {
  const { visit } = sharedBrowser();

  const shown = async (page: Visit, traces: object = {}) => {
    const plan = { host: '127.0.0.1', port: 0, oneOff: false, traces };
    const annotate = async (ip: string) => places[ip] ?? {};
    const server = await startServerPlan(plan, { annotate, traceBack: madeUpRoute });
    onTestFinished(() => server.close());
    await page.page.goto(urlOf({ host: '127.0.0.1', port: server.address.port }));
    await page.openMore();
    await page.page.click('#trace');
    await page.page.waitForSelector('#trace:not([disabled])');
    return {
      hops: await page.page.locator('#hops li').allInnerTexts(),
      end: await page.page.textContent('#route-end'),
    };
  };

  test('has country and network of each hop as the server knows them, as text', async () => {
    const page = await visit('about:blank');
    const { hops, end } = await shown(page);
    expect(hops.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      '1. edge.example (5.1.1.1) Netherlands, AS64500 Example 1.25 ms',
      '2. no answer –',
      '3. 5.2.2.2 Germany, AS64501 <img src=x onerror="document.title=1"> 3.25 ms',
      '4. 127.0.0.1 loopback 4.25 ms',
    ]);
    expect(end).toBe('The route ends here.');
    expect(await page.page.locator('#hops img').count()).toBe(0);
  });

  test('is refused in words where the server traces none', async () => {
    const { hops, end } = await shown(await visit('about:blank'), { offered: false });
    expect(hops).toEqual([]);
    expect(end).toMatch(/^The server told no route.*: this server traces no routes for its clients.*\.$/);
  });
});

describeNeeding('the route back of a real trace', [chromium, systemCalls], () => {
  const { visit } = sharedBrowser();

  test('is told hop by hop', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server));
    await page.openMore();
    await page.page.click('#trace');
    await page.page.waitForSelector('#route-end:has-text("The route ends here.")');
    expect(await page.page.textContent('#hops li')).toMatch(/^1\. .*127\.0\.0\.1.*loopback [\d.]+ ms$/);
  });
});
