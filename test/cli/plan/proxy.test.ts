import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { proxyFromEnvironment, proxyUrl } from '../../../src/cli/plan/way/proxy.js';
import type { Target } from '../../../src/plan/plan.js';
import { shownProxy } from '../../../src/plan/proxy.js';

const plain: Target = { host: 'server.example', port: 8765, secure: false, path: '/' };
const secure: Target = { host: 'server.example', port: 443, secure: true, path: '/' };
const plainV6: Target = { ...plain, host: '2001:db8::7' };

describe('proxyUrl', () => {
  it.each([
    ['http://proxy.example:3128', 'http://proxy.example:3128/'],
    ['https://proxy.example', 'https://proxy.example/'],
    ['http://me:p%40ss@proxy.example:3128/', 'http://me:p%40ss@proxy.example:3128/'],
    ['socks5://192.0.2.7:1080', 'socks5://192.0.2.7:1080'],
    ['socks5h://proxy.example', 'socks5h://proxy.example'],
    ['socks://proxy.example', 'socks5h://proxy.example'],
    ['http://[::1]:3128', 'http://[::1]:3128/'],
    ['http://[fe80::1%25eth0]:3128', 'http://[fe80::1%25eth0]:3128/'],
    ['socks5://me@[fe80::1%eth0]', 'socks5://me@[fe80::1%25eth0]'],
  ])('%s', (text, expected) => expect(proxyUrl.parse(text)).toBe(expected));
});

describe('proxyFromEnvironment', () => {
  const names = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

  beforeEach(() => {
    for (const name of names) {
      vi.stubEnv(name, undefined);
      vi.stubEnv(name.toUpperCase(), undefined);
    }
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each<[string, Record<string, string>, Target, string | undefined]>([
    ['nothing set', {}, plain, undefined],
    ['HTTP_PROXY for ws', { HTTP_PROXY: 'http://p:1' }, plain, 'http://p:1'],
    ['HTTP_PROXY not for wss', { HTTP_PROXY: 'http://p:1' }, secure, undefined],
    ['HTTPS_PROXY for wss', { HTTPS_PROXY: 'http://p:2' }, secure, 'http://p:2'],
    ['HTTPS_PROXY not for ws', { HTTPS_PROXY: 'http://p:2' }, plain, undefined],
    ['lower case', { https_proxy: 'http://p:2' }, secure, 'http://p:2'],
    ['ALL_PROXY for either', { ALL_PROXY: 'socks5://p:3' }, plain, 'socks5://p:3'],
    ['the particular before ALL_PROXY', { ALL_PROXY: 'socks5://p:3', HTTP_PROXY: 'http://p:1' }, plain, 'http://p:1'],
    ['no scheme is http, for ws', { HTTP_PROXY: 'p:1' }, plain, 'http://p:1'],
    ['no scheme is http, for wss', { HTTPS_PROXY: 'p:2' }, secure, 'http://p:2'],
    ['no scheme is http, for ALL_PROXY', { ALL_PROXY: 'p:3' }, secure, 'http://p:3'],
    ['an https proxy stays one', { HTTPS_PROXY: 'https://p:2' }, secure, 'https://p:2'],
    ['NO_PROXY by name', { HTTP_PROXY: 'http://p:1', NO_PROXY: 'a.example,server.example' }, plain, undefined],
    ['NO_PROXY by domain', { HTTP_PROXY: 'http://p:1', NO_PROXY: '.example' }, plain, undefined],
    ['NO_PROXY by port', { HTTP_PROXY: 'http://p:1', NO_PROXY: 'server.example:80' }, plain, 'http://p:1'],
    ['NO_PROXY for all', { HTTPS_PROXY: 'http://p:2', NO_PROXY: '*' }, secure, undefined],
    ['an empty setting is none', { HTTP_PROXY: '', ALL_PROXY: 'http://p:3' }, plain, 'http://p:3'],
    ['lower case before upper', { HTTP_PROXY: 'http://p:1', http_proxy: 'http://p:2' }, plain, 'http://p:2'],
    ['NO_PROXY without a proxy', { NO_PROXY: 'x' }, plain, undefined],
    ['IPv6', { HTTP_PROXY: 'http://p:1' }, plainV6, 'http://p:1'],
    ['NO_PROXY for IPv6', { HTTP_PROXY: 'http://p:1', NO_PROXY: '[2001:db8::7]' }, plainV6, undefined],
  ])('%s', (_, env, target, expected) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    expect(proxyFromEnvironment(target)).toBe(expected);
  });
});

describe('shownProxy', () => {
  it.each<[string | undefined, object]>([
    [undefined, {}],
    ['http://proxy.example:3128/', { proxy: 'http://proxy.example:3128' }],
    ['https://me:p%40ss@proxy.example/', { proxy: 'https://proxy.example' }],
    ['socks5h://me@[fe80::1%25eth0]:1080', { proxy: 'socks5h://[fe80::1%25eth0]:1080' }],
  ])('%s', (proxy, shown) => expect(shownProxy({ ...(proxy !== undefined && { proxy }) })).toEqual(shown));
});
