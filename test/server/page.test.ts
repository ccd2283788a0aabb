/** The page as the server gives it out: to whom, under which paths, and with what it says to browsers. */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ServerPlan } from '../../src/plan/plan.js';
import { Page } from '../../src/server/page.js';
import { startServerPlan } from '../../src/server/server.js';
import { repositoryFile } from '../support/folders.js';
import { answerTo, request } from '../support/raw.js';

async function serve(plan: Partial<ServerPlan> = {}): Promise<number> {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan });
  onTestFinished(() => server.close());
  return server.address.port;
}

const html = 'Accept: text/html,application/xhtml+xml;q=0.9';
const asksFor = (path: string, ...lines: readonly string[]) => request(path, html, ...lines);
const isPage = /^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Type: text\/html; charset=utf-8\r\n[\s\S]*\r\n\r\n<!doctype html>/;
const isNone = /^HTTP\/1\.1 426 /;
const notFound = /^HTTP\/1\.1 404 /;

/** The names that the page has for its parts. */
async function partsOf(port: number, path: string): Promise<string[]> {
  const page = await answerTo(port, asksFor(path));
  return [...page.matchAll(/(?:src|href)="\.\/([^"]*assets[^"]*)"/g)].map(([, name = '']) => name);
}

describe('the page', () => {
  test('is for browsers; others are told what this is, as ever', async () => {
    const port = await serve();
    expect(await answerTo(port, asksFor('/'))).toMatch(isPage);
    expect(await answerTo(port, asksFor('/?from=somewhere'))).toMatch(isPage);
    expect(await answerTo(port, request('/'))).toMatch(isNone);
    expect(await answerTo(port, request('/', 'Accept: */*'))).toMatch(isNone);
    expect(await answerTo(port, asksFor('/').replace('GET', 'POST'))).toMatch(isNone);
    expect(await answerTo(port, asksFor('/', 'User-Agent: wperf/1.0.0', 'Sec-WebSocket-Key: x'))).toMatch(/^HTTP/);
  });

  test('has no body for HEAD', async () => {
    const reply = await answerTo(await serve(), asksFor('/').replace('GET', 'HEAD'));
    expect(reply).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: \d{4,}\r\n[\s\S]*\r\n\r\n$/);
  });

  test('is not there with --no-page', async () => {
    const port = await serve({ noPage: true });
    expect(await answerTo(port, asksFor('/'))).toMatch(isNone);
    expect(await answerTo(port, asksFor('/assets/page.js'))).toMatch(isNone);
  });

  test.each([
    ['/', undefined],
    ['/behind/a/proxy/', undefined],
    ['/measure', '/measure'],
    ['/deep/measure', '/deep/measure'],
    ['/deep/', '/deep/'],
  ])('names parts that are there, at %s', async (path, served) => {
    const port = await serve(served === undefined ? {} : { path: served });
    const parts = await partsOf(port, path);
    expect(parts).toHaveLength(2);
    for (const part of parts) {
      const { pathname } = new URL(part, `http://host${path}`);
      const reply = await answerTo(port, request(pathname));
      expect(reply).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Cache-Control: public, max-age=31536000, immutable\r\n/);
    }
  });

  test.each(['/other', '/measure/', '/', '/assets/page.html'])(
    'is at the one path that is served, not at %s',
    async (path) => {
      expect(await answerTo(await serve({ path: '/measure' }), asksFor(path))).toMatch(/^HTTP\/1\.1 (426|404) /);
    },
  );

  test.each([
    '/assets/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/../',
    '/assets/manifest.json',
    '/assets/index.html',
    '/assets/__proto__',
    '/assets/page.js',
  ])('gives out nothing for %s', async (path) => {
    const reply = await answerTo(await serve(), asksFor(path));
    expect(reply).toMatch(/^HTTP\/1\.1 4(04|26) /);
    expect(reply).not.toContain('"name"');
  });

  test('has paths that climb not found', async () => {
    expect(await answerTo(await serve(), asksFor('/../'))).toMatch(notFound);
  });
});

describe('what browsers are told', () => {
  const policyFor = async (host: string) => {
    const reply = await answerTo(await serve(), asksFor('/').replace('example.org', host));
    return /Content-Security-Policy: ([^\r]*)/.exec(reply)?.[1];
  };

  test('is strict, on every part', async () => {
    const port = await serve();
    const paths = ['/', ...(await partsOf(port, '/')).map((part) => `/${part}`)];
    for (const path of paths) {
      const reply = await answerTo(port, asksFor(path));
      expect(reply).toContain(
        "Content-Security-Policy: default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws://example.org wss://example.org; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n",
      );
      expect(reply).toContain('Cross-Origin-Opener-Policy: same-origin\r\n');
      expect(reply).toContain('Cross-Origin-Embedder-Policy: require-corp\r\n');
      expect(reply).toContain('X-Content-Type-Options: nosniff\r\n');
    }
  });

  test.each(['192.0.2.7:8765', 'example.org'])('names a host that is one: %s', async (host) => {
    expect(await policyFor(host)).toContain(`connect-src 'self' ws://${host} wss://${host};`);
  });

  test.each(["x; script-src 'unsafe-inline'", 'a b', '*', 'x/y', "'self'", '[2001:db8::7]:8765'])(
    'names none that it cannot or that is forged: %s',
    async (host) => {
      expect(await policyFor(host)).toContain("connect-src 'self';");
    },
  );

  test('comes in gzip to those who take it', async () => {
    const reply = await answerTo(await serve(), asksFor('/', 'Accept-Encoding: br, gzip'));
    const [head = '', body = ''] = reply.split('\r\n\r\n', 2);
    expect(head).toContain('Content-Encoding: gzip');
    expect(gunzipSync(Buffer.from(reply.slice(head.length + 4), 'latin1')).toString()).toMatch(/^<!doctype html>/);
    expect(body.length).toBeGreaterThan(0);
  });
});

test('is read before the first request, and not again', () => {
  let reads = 0;
  const page = Page.read(undefined, (name) => {
    reads += 1;
    return readFileSync(repositoryFile('dist', 'page', name));
  });
  const before = reads;
  const request = { method: 'GET', headers: { accept: 'text/html' } };
  expect(page?.answer({ request, path: '/' } as never)?.body?.length).toBeGreaterThan(1000);
  expect(reads).toBe(before);
  expect(Page.read(undefined, () => undefined)).toBeUndefined();
});

describe('compressed', () => {
  async function sizeOf(fits: (name: string) => boolean): Promise<number> {
    const folder = repositoryFile('dist', 'page');
    const { page, assets } = JSON.parse(await readFile(`${folder}/manifest.json`, 'utf8'));
    const names: string[] = [page, ...Object.values(assets)].map(({ encodings }) => encodings.gzip).filter(fits);
    const sizes = await Promise.all(names.map(async (name) => (await readFile(`${folder}/${name}`)).length));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  const isReport = (name: string) => name.startsWith('report-');

  test('is written for browsers that cannot look behind in regular expressions, as Safari before 16.4', async () => {
    const folder = repositoryFile('dist', 'page');
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'));
    expect(scripts).toHaveLength(3);
    for (const name of scripts) expect(await readFile(`${folder}/${name}`, 'utf8')).not.toMatch(/\(\?<[=!]/);
  });

  test('all that a visit takes is smaller than 60 kB', async () => {
    expect(await sizeOf((name) => !isReport(name))).toBeLessThan(60_000);
  });

  test('what writes reports, fetched when one is wanted, is smaller than 20 kB', async () => {
    const size = await sizeOf(isReport);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(20_000);
  });
});
