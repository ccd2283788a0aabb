/** The real Chromium, and the page in it as a person uses it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { beforeAll, onTestFinished } from 'vitest';
import { temporaryFolder } from './folders.js';
import { pathOf } from './machine.js';
import { undoAfterAll } from './suite.js';
import type { Later } from './undo.js';

export interface SharedBrowser {
  readonly browser: Browser;
  /** In a context of its own, which ends with the test. */
  readonly visit: (url: string, wish?: Wish, options?: BrowserContextOptions) => Promise<Visit>;
}

/** One browser for all tests of a suite. */
export function sharedBrowser(): SharedBrowser {
  const later = undoAfterAll();
  const shared = {} as { browser: Browser };
  beforeAll(async () => {
    shared.browser = await startBrowser(later);
  });
  return {
    get browser() {
      return shared.browser;
    },
    async visit(url, wish, options = {}) {
      const context = await shared.browser.newContext(options);
      onTestFinished(() => context.close());
      return Visit.open(context, url, wish);
    },
  };
}

export function urlOf({ host, port }: { readonly host: string; readonly port: number }, scheme = 'http'): string {
  return `${scheme}://${host}:${port}/`;
}

/**
 * For all that a page starts, whoever made a certificate does not matter; as root, as in a container, Chromium has no sandbox. `within` are words put before it, as in a
 * network namespace.
 */
export async function startBrowser(later: Later, within: readonly string[] = []): Promise<Browser> {
  const args = ['--ignore-certificate-errors', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const chromiumPath = pathOf('chromium') ?? '';
  const executablePath = within.length === 0 ? chromiumPath : await script(later, [...within, chromiumPath]);
  const browser = await chromium.launch({ executablePath, args });
  later(() => browser.close());
  return browser;
}

/** A program that runs these words with what it is given behind them. */
async function script(later: Later, words: readonly string[]): Promise<string> {
  const path = join(await temporaryFolder(later), 'chromium');
  await writeFile(path, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  return path;
}

export interface Wish {
  readonly direction?: 'both' | 'down' | 'up' | 'bidir';
  readonly seconds?: number;
  readonly streams?: number;
}

export const figureNames = ['down', 'up', 'idle', 'loaded-down', 'loaded-up', 'jitter', 'rpm'] as const;
export type FigureName = (typeof figureNames)[number];

export interface PageDocument {
  readonly start: { readonly test_start: unknown };
  readonly intervals: readonly { readonly sum: { readonly bytes: number } }[];
  readonly end: { readonly sum_received?: { readonly bits_per_second: number }; readonly warnings?: readonly string[] };
  readonly error?: string;
}

/** The page, by what docs/page.md promises to programs. */
export class Visit {
  readonly page: Page;
  /** What the browser complains of. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open(context: BrowserContext, url: string, wish: Wish = {}): Promise<Visit> {
    const { direction = 'both', seconds = 1, streams = 2 } = wish;
    const visit = new Visit(await context.newPage());
    await visit.page.goto(`${url}#direction=${direction}&seconds=${seconds}&streams=${streams}`);
    return visit;
  }

  state(): Promise<string | null> {
    return this.page.getAttribute('html', 'data-state');
  }

  async begin(): Promise<void> {
    await this.page.click('#go');
  }

  async reaches(...states: readonly string[]): Promise<string> {
    const selector = states.map((state) => `html[data-state="${state}"]`).join(',');
    await this.page.waitForSelector(selector, { state: 'attached', timeout: 45_000 });
    return (await this.state()) ?? '';
  }

  /** Runs to an end; fails with what the page says where that is not the one expected. */
  async run(expected: 'done' | 'failed' = 'done'): Promise<void> {
    await this.begin();
    const state = await this.reaches('done', 'failed');
    if (state === expected) return;
    throw new Error(`the page is ${state}: ${await this.status()} ${this.complaints.join(' ')}`);
  }

  async figure(name: FigureName): Promise<number | undefined> {
    const value = await this.page.getAttribute(`[data-figure="${name}"]`, 'data-value');
    return value === null ? undefined : Number(value);
  }

  async figures(): Promise<Partial<Record<FigureName, number>>> {
    const values = await Promise.all(figureNames.map(async (name) => [name, await this.figure(name)] as const));
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  }

  async status(): Promise<string> {
    return (await this.page.textContent('#status')) ?? '';
  }

  async openMore(): Promise<void> {
    await this.page.click('summary:has-text("More")');
  }

  /** Of the tests of the run, as JSON; "More" must be open. */
  async documents(): Promise<PageDocument[]> {
    await this.page.click('#copy-json');
    return [JSON.parse(await this.page.inputValue('#text'))].flat();
  }

  async notes(): Promise<string> {
    return (await this.page.textContent('#notes')) ?? '';
  }
}
