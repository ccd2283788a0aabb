/** The page over a link as a home has it: what it shows is what the command line measures there. */
import { expect, onTestFinished, test } from 'vitest';
import { startBrowser, Visit, type Wish } from '../support/browser.js';
import { makeCertificates } from '../support/certificates.js';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, type Lab, makeLab } from '../support/netlab.js';
import { startReverseProxy } from '../support/peers/nginx.js';
import { measureWithWperf, startWperfServer, type WperfReport } from '../support/wperf.js';

const needs = [networkNamespaces, program('nft', 'nftables'), program('chromium')];
const seconds = 5;

type LatencyReport = WperfReport & {
  readonly end: { readonly latency: Record<'loaded_up' | 'loaded_down', { readonly median_ms: number } | null> };
};

/** An address that comes a second after the rest is a changed network to Chromium, which then gives up what it asked for. */
const withoutIpv6 = { 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' };

async function homeLink() {
  const link = { rateMbit: 20, delayMs: 20, queueMs: 100 };
  const lab = await makeLab(onTestFinished, { ...link, sysctl: { client: withoutIpv6 } });
  const place = { host: addresses.server, within: lab.within('server') };
  const { port } = await startWperfServer(onTestFinished, [], place);
  return { lab, place, port };
}

async function show(lab: Lab, port: number, wish: Wish): Promise<Visit> {
  const browser = await startBrowser(onTestFinished, lab.within('client'));
  const page = await Visit.open(await browser.newContext(), `http://${addresses.server}:${port}/`, wish);
  await page.run();
  return page;
}

const within = (share: number, value = Number.NaN, other = Number.NaN) => {
  expect(Math.abs(value / other - 1), `${value} beside ${other}`).toBeLessThan(share);
};

describeNeeding('over 20 Mbit/s and 40 ms the page', needs, () => {
  // Of an upload each stream has two requests, and so two connections.
  test.each([
    ['down', ['-P', '2', '-R']],
    ['up', ['-P', '4']],
  ] as const)('agrees with the command line, %s', async (direction, flags) => {
    const { lab, port } = await homeLink();
    const page = await show(lab, port, { direction, seconds, streams: 2 });
    const args = ['-c', `${addresses.server}:${port}`, '-O', '1.2', '-t', String(seconds), ...flags];
    const { end } = (await measureWithWperf(args, { within: lab.within('client') })) as LatencyReport;
    within(0.03, await page.figure(direction), end.sum_received.bits_per_second);
    within(0.3, await page.figure(`loaded-${direction}`), end.latency[`loaded_${direction}`]?.median_ms);
    expect(await page.figure('idle')).toBeGreaterThan(40);
    expect(await page.figure('idle')).toBeLessThan(70);
    expect(await page.notes()).not.toContain('WebSocket');
  });

  test('sees that nginx keeps uploads back, says so, and measures by WebSocket', async () => {
    const { lab, place, port } = await homeLink();
    const proxy = await startReverseProxy(
      onTestFinished,
      await makeCertificates(onTestFinished),
      { ...place, port },
      place,
    );
    const page = await show(lab, proxy.httpPort, { direction: 'up', seconds: 4, streams: 1 });
    expect(await page.notes()).toMatch(/by WebSocket, .*: a proxy on the way keeps uploads back/);
    within(0.06, await page.figure('up'), 19e6);
  });
});
