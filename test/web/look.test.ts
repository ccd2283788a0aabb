/** How the page looks and is used: on a phone and on a desk, light and dark, by everybody, without jumps. */
import axe from 'axe-core';
import { expect, onTestFinished, test } from 'vitest';
import { sharedBrowser, urlOf, type Visit } from '../support/browser.js';
import { describeNeeding, program } from '../support/needs.js';
import { startWperfServer } from '../support/wperf.js';

/** Where the parts are that must stay, and how tall, at each look. */
const watchLayout = `
  window.layouts = new Set();
  const look = () => {
    const boxes = ['#go', '.figures', '#chart'].map((name) => document.querySelector(name).getBoundingClientRect());
    window.layouts.add(boxes.map(({ top, height }) => [top + scrollY, height].map(Math.round)).join(' '));
  };
  look();
  setInterval(look, 20);`;

/** Rules of the style that move something: always, and where motion is welcome. */
const movingRules = `
  const rules = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules]);
  const moving = rules.map(({ cssText }) => cssText).filter((text) => /transition|animation|scroll-behavior/.test(text));
  const isWished = (text) => text.startsWith('@media (prefers-reduced-motion: no-preference)');
  [moving.filter((text) => !isWished(text)), moving.filter(isWished)];`;

describeNeeding('the page', [program('chromium')], () => {
  const { visit } = sharedBrowser();

  test.each([
    ['phone', 360, 'light'],
    ['phone', 360, 'dark'],
    ['tablet', 768, 'light'],
    ['desktop', 1280, 'light'],
    ['desktop', 1280, 'dark'],
  ] as const)('is open to everybody on a %s of %i px, %s', async (_what, width, colorScheme) => {
    const server = await startWperfServer(onTestFinished);
    const options = { viewport: { width, height: 740 }, colorScheme, reducedMotion: 'reduce' } as const;
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

  test.each([
    [360, 'both'],
    [768, 'up'],
    [1280, 'down'],
  ] as const)('keeps its parts where they are while it measures and fails, at %i px, %s', async (width, direction) => {
    const server = await startWperfServer(onTestFinished);
    const page = await visit(urlOf(server), { direction }, { viewport: { width, height: 740 } });
    await page.page.evaluate(watchLayout);
    await page.run();
    server.process.signal('SIGKILL');
    await server.process.finished;
    await page.run('failed');
    expect(await page.page.evaluate('[...window.layouts]')).toHaveLength(1);
  });

  test('moves nothing by itself but for those who did not ask for less', async () => {
    const server = await startWperfServer(onTestFinished);
    const { page } = await visit(urlOf(server));
    const [always, wished] = (await page.evaluate(movingRules)) as [string[], string[]];
    expect(always).toEqual([]);
    expect(wished).toHaveLength(1);
  });
});

async function flaws({ page }: Visit): Promise<unknown[]> {
  const found = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]);
}
