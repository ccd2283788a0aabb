/** An end of a connection as text, and that nothing writes one in another way. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endpointText } from '../../src/net/endpoint.js';
import { peerText } from '../../src/transport/channel.js';
import { repositoryFile } from '../support/folders.js';

it.each([
  [{ host: 'server.example', port: 8765 }, 'server.example:8765'],
  [{ host: '192.0.2.7', port: 80 }, '192.0.2.7:80'],
  [{ host: '2001:db8::7', port: 5201 }, '[2001:db8::7]:5201'],
  [{ host: 'fe80::1%eth0', port: 8765 }, '[fe80::1%eth0]:8765'],
  [{ host: '2001:db8::7' }, '2001:db8::7'],
])('%o is %s', (endpoint, text) => {
  expect(endpointText(endpoint)).toBe(text);
});

it('is so in the name of a peer, by itself or behind a proxy', () => {
  const info = { localHost: '::1', localPort: 8765, remoteHost: '::1', remotePort: 4711, secure: false };
  expect(peerText(info)).toBe('[::1]:4711');
  const client = { host: '2001:db8::9', port: 4712, source: 'x-forwarded-for' } as const;
  expect(peerText({ ...info, client })).toBe('[2001:db8::9]:4712');
});

/** A URL has its own way to write a zone. */
const urls = ['src/net/endpoint.ts', 'src/cli/plan/way/target.ts'];

it('is written in one place', () => {
  const root = repositoryFile('.');
  const sources = ['src', 'web'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );
  const joins = sources.filter((file) => /\}:\$\{[\w.]*port\b/i.test(readFileSync(join(root, file), 'utf8')));
  expect(joins.filter((file) => !urls.includes(file))).toEqual([]);
});
