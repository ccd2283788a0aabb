/** The page in a real browser against a real server, as a person uses it. */
import { expect, onTestFinished, test } from 'vitest';
import { bounds } from '../../src/defaults/index.js';
import { type FigureName, sharedBrowser, urlOf, Visit } from '../support/browser.js';
import { makeCertificates } from '../support/certificates.js';
import { describeNeeding, ipv6, program } from '../support/needs.js';
import { listening } from '../support/ports.js';
import { start } from '../support/processes.js';
import { hold, nativeProtocol, upgradeRequest } from '../support/raw.js';
import { rateOf, reportsOf } from '../support/server-reports.js';
import { startWperfServer, wperf } from '../support/wperf.js';

const chromium = program('chromium');
const loaded: readonly FigureName[] = ['idle', 'jitter', 'rpm'];

describeNeeding('the page', [chromium], () => {
  const shared = sharedBrowser();
  const { visit } = shared;

  test.each(['down', 'up', 'bidir'] as const)(
    'measures %s, and shows what the server has on record',
    async (direction) => {
      const server = await startWperfServer(onTestFinished, ['-J']);
      const page = await visit(urlOf(server), { direction });
      await page.run();
      const figures = await page.figures();
      const ways = direction === 'bidir' ? (['down', 'up'] as const) : [direction];
      for (const name of [...ways, ...ways.map((way) => `loaded-${way}` as const), ...loaded]) {
        expect(figures[name], name).toBeGreaterThan(0);
      }
      expect(figures.idle).toBeLessThan(100);
      const [told] = await reportsOf(server, 1);
      for (const way of ways)
        expect(figures[way], `${way} ${await page.notes()}`).toBeCloseTo(rateOf(told, direction, way), -3);
      expect(page.complaints).toEqual([]);
      expect(await page.notes()).not.toContain('WebSocket');
    },
  );

  test('measures one way after the other over TLS, and tells its server what it is', async () => {
    const { cert, key } = await makeCertificates(onTestFinished);
    const server = await startWperfServer(onTestFinished, ['--tls-cert', cert, '--tls-key', key]);
    const page = await visit(urlOf(server, 'https'));
    await page.run();
    expect(await page.figure('down')).toBeGreaterThan(1e6);
    expect(await page.figure('up')).toBeGreaterThan(1e6);
    expect(server.process.stdout).toMatch(/wperf \S+ in a browser \(Chrome \d+\)/);
    expect(page.complaints.filter((text) => !text.includes('certificate'))).toEqual([]);
  });

  test('asks for a token, refuses a wrong one in words, and takes the right one', async () => {
    const server = await startWperfServer(onTestFinished, ['--token', 'sesame']);
    const page = await visit(urlOf(server), { direction: 'down' });
    await page.run('failed');
    expect(await page.status()).toMatch(/asks for a token/);
    await page.page.fill('#token', 'Sesame');
    await page.run('failed');
    expect(await page.status()).toMatch(/the token is wrong\.$/);
    await page.page.fill('#token', 'sesame');
    await page.page.press('#token', 'Enter');
    await page.reaches('running');
    expect(await page.reaches('done', 'failed')).toBe('done');
    expect(await page.figure('down')).toBeGreaterThan(1e6);
    expect(page.page.url()).not.toContain('sesame');
  });

  test('measures from its own page alone: what another site has a browser send is refused', async () => {
    const server = await startWperfServer(onTestFinished);
    const own = await visit(urlOf(server), { direction: 'down' });
    await own.run();
    const other = await startWperfServer(onTestFinished);
    const page = await own.page.context().newPage();
    await page.goto(`http://localhost:${other.port}/health`);
    const opened = (url: string) =>
      page.evaluate(
        (address) =>
          new Promise((resolve) => {
            const socket = new WebSocket(address, 'wperf.v1');
            socket.onopen = () => resolve(true);
            socket.onerror = () => resolve(false);
          }),
        url,
      );
    expect(await opened(`ws://127.0.0.1:${server.port}/`)).toBe(false);
    expect(await opened(`ws://localhost:${other.port}/`)).toBe(true);
  });

  test('says so when its server is stopped, and measures again when that is back', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server), { direction: 'up', seconds: 20 });
    await page.begin();
    await page.page.waitForSelector('#phase:has-text("Upload")');
    await new Promise((resolve) => setTimeout(resolve, 700));
    server.process.signal('SIGTERM');
    await page.reaches('failed');
    expect(await page.status()).toMatch(/^Failed: .*(was stopped|was lost|closed)/);
    await server.process.finished;
    await page.run('failed');
    expect(await page.status()).toMatch(
      /no WebSocket with .* came about: the server does not answer; it may have been stopped/,
    );
    const { host, port } = server;
    const back = await start(onTestFinished, wperf('-s', '--host', host, '-p', String(port)));
    await listening(back, { host, port });
    await page.page.evaluate('document.getElementById("more").open = true');
    await page.page.fill('#seconds', '1');
    await page.run();
    expect(await page.figure('up')).toBeGreaterThan(1e6);
  });

  test('stops at the word, by button and by Esc, with what it has', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server), { direction: 'down', seconds: 5 });
    for (const stop of [() => page.page.click('#go'), () => page.page.keyboard.press('Escape')]) {
      await page.begin();
      await page.page.waitForSelector('#phase:has-text("Download")');
      await new Promise((resolve) => setTimeout(resolve, 1800));
      await stop();
      await page.reaches('done');
      expect(await page.status()).toMatch(/^Stopped\. Download /);
      expect(await page.figure('down')).toBeGreaterThan(1e6);
    }
  });

  test('is stopped before anything counts: shows nothing as a result, and tells what it moved', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server), { direction: 'down', seconds: 20 });
    await page.begin();
    await page.page.waitForSelector('#phase:has-text("Download, finding its rate")');
    await page.page.click('#go');
    await page.reaches('done');
    expect(await page.page.textContent('#phase')).toBe('No result');
    expect(await page.status()).toBe('Stopped. No rate was measured.');
    await page.openMore();
    expect(await page.page.textContent('#volume')).toMatch(/^This run moved [\d.]+ [MG]B\.$/);
  });

  test('is stopped between two tests: the second is neither begun nor in the result', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server));
    await page.begin();
    await page.page.waitForSelector('[data-figure="down"][data-value]');
    await page.page.click('#go');
    await page.reaches('done');
    expect(await page.status()).toMatch(/^Stopped\. Download [^,]+\.$/);
    await page.openMore();
    expect(await page.documents()).toHaveLength(1);
    expect(await page.page.locator('[data-report]').count()).toBe(1);
    expect(server.process.stdout).not.toContain('upload from');
  });

  test('sends what a bounded rate gives it as it comes, and gathers no lumps of it', async () => {
    const server = await startWperfServer(onTestFinished, ['--server-bitrate-limit', '10M']);
    const page = await visit(urlOf(server), { direction: 'up', seconds: 4 });
    await page.run();
    await page.openMore();
    const [{ intervals } = { intervals: [] }] = await page.documents();
    const empty = intervals.filter(({ sum }) => sum.bytes === 0);
    expect(intervals.length).toBeGreaterThan(15);
    expect(empty.length).toBeLessThan(intervals.length / 3);
  });

  test('goes by WebSocket where its server offers nothing else, and says so', async () => {
    const server = await startWperfServer(onTestFinished, ['--allow-proto', 'ws']);
    const page = await visit(urlOf(server));
    await page.run();
    expect(await page.figure('down')).toBeGreaterThan(1e6);
    expect(await page.figure('up')).toBeGreaterThan(1e6);
    expect(await page.notes()).toMatch(/^The load goes by WebSocket, .*: .*the server offers no --proto http/);
    expect(server.process.stdout).toMatch(/upload from 127\.0\.0\.1:\d+, /);
  });

  test('measures in two tabs at once', async () => {
    const server = await startWperfServer(onTestFinished);
    const context = await shared.browser.newContext();
    onTestFinished(() => context.close());
    const pages = await Promise.all([1, 2].map(() => Visit.open(context, urlOf(server), { streams: 1 })));
    await Promise.all(pages.map((page) => page.run()));
    for (const page of pages) {
      expect(await page.figure('down')).toBeGreaterThan(1e6);
      expect(await page.figure('up')).toBeGreaterThan(1e6);
    }
  });

  test('lies below a path of its own, where a link repeats the settings', async () => {
    const server = await startWperfServer(onTestFinished, ['--path', '/deep/measure']);
    const page = await visit(`${urlOf(server)}deep/measure`, { direction: 'up' });
    await page.run();
    expect(await page.figure('up')).toBeGreaterThan(1e6);
    expect(await page.figure('down')).toBeUndefined();
    await page.page.click('summary:has-text("More")');
    await page.page.selectOption('#course', 'bidir');
    const link = (await page.page.getAttribute('#link', 'href')) ?? '';
    expect(link).toBe(`${urlOf(server)}deep/measure#direction=bidir&seconds=1&streams=2`);
  });

  test('is told that its server may be full', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server));
    const others = Array.from({ length: bounds.connectionsOfOne }, () =>
      hold(server.port, upgradeRequest(nativeProtocol)),
    );
    for (const { socket } of await Promise.all(others)) onTestFinished(() => void socket.destroy());
    await page.run('failed');
    expect(await page.status()).toMatch(
      /^Failed: no WebSocket with .* came about: the server is there, but may be full/,
    );
  });

  test('is told by a server for one test that it has had that', async () => {
    const server = await startWperfServer(onTestFinished, ['--one-off']);
    const page = await visit(urlOf(server));
    await page.run('failed');
    expect(await page.figure('down')).toBeGreaterThan(1e6);
    expect(await page.status()).toMatch(/^Failed: /);
    await page.openMore();
    const [down, up] = await page.documents();
    expect(down?.end.sum_received?.bits_per_second).toBe(await page.figure('down'));
    expect(up?.error).toMatch(/no WebSocket with .* came about|one test only/);
  });

  describeNeeding('over IPv6', [ipv6], () => {
    test('measures', async () => {
      const server = await startWperfServer(onTestFinished, [], { host: '::1' });
      const page = await visit(`http://[::1]:${server.port}/`, { direction: 'up' });
      await page.run();
      expect(await page.figure('up')).toBeGreaterThan(1e6);
      expect(page.complaints).toEqual([]);
    });
  });
});
