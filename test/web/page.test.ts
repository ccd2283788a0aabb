/** The page in a real browser against a real server, as a person uses it. */
import axe from 'axe-core';
import { expect, onTestFinished, test } from 'vitest';
import { type FigureName, sharedBrowser, Visit, type Wish } from '../support/browser.js';
import { makeCertificates } from '../support/certificates.js';
import { describeNeeding, ipv6, program, systemCalls } from '../support/needs.js';
import { startHaproxy } from '../support/peers/haproxy.js';
import { startReverseProxy } from '../support/peers/nginx.js';
import { listening } from '../support/ports.js';
import { start } from '../support/processes.js';
import { startWperfServer, type WperfServer, wperf } from '../support/wperf.js';

/** What the server's reports have, of each test. */
interface Told {
  readonly start: { readonly accepted_connection: unknown };
  readonly end: {
    readonly sum_received: { readonly bits_per_second: number };
    readonly sum_received_bidir_reverse?: { readonly bits_per_second: number };
  };
}

const chromium = program('chromium');
const loaded: readonly FigureName[] = ['idle', 'jitter', 'rpm'];

describeNeeding('the page', [chromium], () => {
  const shared = sharedBrowser();

  async function visit(url: string, wish: Wish = {}, options = {}): Promise<Visit> {
    const context = await shared.browser.newContext(options);
    onTestFinished(() => context.close());
    return Visit.open(context, url, wish);
  }

  const urlOf = ({ host, port }: Pick<WperfServer, 'host' | 'port'>, scheme = 'http') => `${scheme}://${host}:${port}/`;

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
      const [told] = await reports(server, 1);
      for (const way of ways) expect(figures[way]).toBeCloseTo(rateOf(told, direction, way), -3);
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
    expect(await page.status()).toMatch(/the token is wrong/);
    await page.page.fill('#token', 'sesame');
    await page.run();
    expect(await page.figure('down')).toBeGreaterThan(1e6);
    expect(page.page.url()).not.toContain('sesame');
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
    const page = await visit(urlOf(server), { direction: 'down', seconds: 20 });
    for (const stop of [() => page.page.click('#go'), () => page.page.keyboard.press('Escape')]) {
      await page.begin();
      await page.page.waitForSelector('#phase:has-text("Download")');
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await stop();
      await page.reaches('done');
      expect(await page.status()).toMatch(/^Stopped\. Download /);
      expect(await page.figure('down')).toBeGreaterThan(1e6);
    }
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

  test('gives its result as the command line does, and keeps it for the next visit', async () => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server));
    await page.run();
    await page.page.click('summary:has-text("More")');
    await page.page.click('#copy-json');
    const documents = JSON.parse(await page.page.inputValue('#text'));
    expect(documents).toHaveLength(2);
    expect(documents[0].end.sum_received.bits_per_second).toBeCloseTo((await page.figure('down')) ?? 0, -3);
    expect(documents[1].start.test_start).toMatchObject({ reverse: 0 });
    await page.page.click('#copy-text');
    expect(await page.page.inputValue('#text')).toMatch(/download from 127\.0\.0\.1:\d+ over http[\s\S]*upload to /);
    expect(await page.page.textContent('#volume')).toMatch(/^This run moved [\d.]+ [MG]B\.$/);
    await page.page.reload();
    expect(await page.page.locator('#recent tr').count()).toBe(1);
  });

  test.each([
    ['phone', 360, 'light'],
    ['phone', 360, 'dark'],
    ['desktop', 1280, 'light'],
    ['desktop', 1280, 'dark'],
  ] as const)('is open to everybody on a %s of %i px, %s', async (_what, width, colorScheme) => {
    const server = await startWperfServer(onTestFinished);
    const options = { viewport: { width, height: 740 }, colorScheme, reducedMotion: 'reduce' };
    const page = await visit(urlOf(server), { direction: 'down' }, { ...options, bypassCSP: true });
    await page.page.evaluate(axe.source);
    expect(await flaws(page)).toEqual([]);
    await page.page.focus('#go');
    await page.page.keyboard.press('Enter');
    await page.reaches('running');
    expect(await flaws(page)).toEqual([]);
    await page.reaches('done');
    for (const details of ['More', 'As a table']) await page.page.click(`summary:has-text("${details}")`);
    expect(await flaws(page)).toEqual([]);
    server.process.signal('SIGKILL');
    await server.process.finished;
    await page.run('failed');
    expect(await flaws(page)).toEqual([]);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.page.evaluate(overflow)).toBe(0);
  });

  describeNeeding('with a server that traces', [systemCalls], () => {
    test('shows the route back, hop by hop', async () => {
      const server = await startWperfServer(onTestFinished);
      const page = await visit(urlOf(server));
      await page.page.click('summary:has-text("More")');
      await page.page.click('#trace');
      await page.page.waitForSelector('#route-end:has-text("The route ends here.")');
      expect(await page.page.textContent('#hops li')).toMatch(/^1\. .*127\.0\.0\.1.*, [\d.]+ ms$/);
    });
  });

  test('is told by a server for one test that it has had that', async () => {
    const server = await startWperfServer(onTestFinished, ['--one-off']);
    const page = await visit(urlOf(server));
    await page.run('failed');
    expect(await page.figure('down')).toBeGreaterThan(1e6);
    expect(await page.status()).toMatch(/^Failed: /);
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

  describeNeeding('behind HAProxy', [program('haproxy')], () => {
    test('is known by the address that the proxy tells', async () => {
      const server = await startWperfServer(onTestFinished, ['--trust-proxy', '127.0.0.1']);
      const proxy = await startHaproxy(onTestFinished, server.port, 2);
      const page = await visit(urlOf(proxy));
      await page.run();
      expect(await page.figure('up')).toBeGreaterThan(1e6);
      expect(server.process.stdout).toMatch(/Accepted connection from 127\.0\.0\.1, port \d+, by proxy 127\.0\.0\.1/);
    });
  });

  describeNeeding('behind nginx', [program('nginx'), program('openssl')], () => {
    test('measures with what that does by default', async () => {
      const server = await startWperfServer(onTestFinished);
      const proxy = await startReverseProxy(onTestFinished, await makeCertificates(onTestFinished), server);
      const page = await visit(`http://127.0.0.1:${proxy.httpPort}/`);
      await page.run();
      expect(await page.figure('down')).toBeGreaterThan(1e6);
      expect(await page.figure('up')).toBeGreaterThan(1e6);
    });
  });
});

/** The reports that the server has written of its tests. */
async function reports({ process }: WperfServer, count: number): Promise<Told[]> {
  const read = () => process.stdout.split(/^}\n/m).filter((text) => text.trim() !== '');
  await process.until(() => read().length >= count, `write ${count} reports`);
  return read().map((text) => JSON.parse(`${text}}`));
}

/** In a report of both ways at once the server's own direction comes second. */
function rateOf(told: Told | undefined, direction: string, way: string): number {
  const { sum_received, sum_received_bidir_reverse } = told?.end ?? {};
  const sum = direction === 'bidir' && way === 'down' ? sum_received_bidir_reverse : sum_received;
  return sum?.bits_per_second ?? Number.NaN;
}

async function flaws({ page }: Visit): Promise<unknown[]> {
  const found = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]);
}
