/** The page behind proxies: as they are by default, unbuffered, below a prefix, with small bodies, and over HTTP/2. */
import { expect, onTestFinished, test } from 'vitest';
import { sharedBrowser, urlOf, type Visit, type Wish } from '../support/browser.js';
import { makeCertificates } from '../support/certificates.js';
import { describeNeeding, program } from '../support/needs.js';
import { startHaproxy } from '../support/peers/haproxy.js';
import { type ReverseProxySettings, startReverseProxy } from '../support/peers/nginx.js';
import { reportsOf } from '../support/server-reports.js';
import { startWperfServer } from '../support/wperf.js';

const chromium = program('chromium');
const unbuffered = 'proxy_buffering off; proxy_request_buffering off;';

describeNeeding('the page behind nginx', [chromium, program('nginx'), program('openssl')], () => {
  const { visit } = sharedBrowser();

  interface Answered {
    readonly page: Visit;
    /** To requests with load, by their status. */
    readonly loads: number[];
  }

  /** Runs down and up, and holds that the page shows what the server has on record. */
  async function measured(settings: ReverseProxySettings, wish: Wish = {}, scheme = 'http'): Promise<Answered> {
    const server = await startWperfServer(onTestFinished, ['-J']);
    const { prefix = '' } = settings;
    const proxy = await startReverseProxy(onTestFinished, await makeCertificates(onTestFinished), server, settings);
    const port = scheme === 'http' ? proxy.httpPort : proxy.httpsPort;
    // Another name than the proxy has for the server, as it is by default.
    const page = await visit(`${scheme}://localhost:${port}${prefix}/`, wish);
    const loads: number[] = [];
    page.page.on('response', (response) => {
      if (response.url().includes('/load/')) loads.push(response.status());
    });
    await page.run();
    const { end } = (await reportsOf(server, 2)).at(-1) ?? {};
    expect(await page.figure('down')).toBeGreaterThan(1e6);
    expect(await page.figure('up')).toBeCloseTo(end?.sum_received.bits_per_second ?? Number.NaN, -3);
    return { page, loads };
  }

  test('measures with what that does by default', async () => {
    await measured({});
  });

  test('goes by HTTP where nothing is kept back', async () => {
    const { page, loads } = await measured({ directives: `${unbuffered} client_max_body_size 0;` });
    expect(await page.notes()).not.toContain('WebSocket');
    expect(loads).not.toContain(413);
  });

  test('sends smaller bodies where larger ones are refused', async () => {
    const { page, loads } = await measured({ directives: `${unbuffered} client_max_body_size 100k;` });
    expect(await page.notes()).not.toContain('WebSocket');
    expect(loads).toContain(413);
    expect(loads.filter((status) => status === 200).length).toBeGreaterThan(10);
  });

  test('lies below a prefix', async () => {
    const { page } = await measured({ prefix: '/speed', directives: unbuffered });
    expect(await page.notes()).not.toContain('WebSocket');
  });

  test('goes by WebSocket over HTTP/2, which joins all requests, and says so', async () => {
    const { page } = await measured({ http2: true, directives: unbuffered }, {}, 'https');
    const protocol = await page.page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol");
    expect(protocol).toBe('h2');
    expect(await page.notes()).toMatch(/by WebSocket, .*: a proxy on the way joins all requests \(h2\)/);
  });
});

describeNeeding('the page behind HAProxy', [chromium, program('haproxy')], () => {
  const { visit } = sharedBrowser();

  test('is known by the address that the proxy tells', async () => {
    const server = await startWperfServer(onTestFinished, ['--trust-proxy', '127.0.0.1']);
    const proxy = await startHaproxy(onTestFinished, server.port, 2);
    const page = await visit(urlOf(proxy), { direction: 'up' });
    await page.run();
    expect(await page.figure('up')).toBeGreaterThan(1e6);
    expect(server.process.stdout).toMatch(/Accepted connection from 127\.0\.0\.1, port \d+, by proxy 127\.0\.0\.1/);
  });
});
