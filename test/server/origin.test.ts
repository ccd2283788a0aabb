/** Which pages of a browser may open a WebSocket here, and what a server says to others. */
import { expect, onTestFinished, test } from 'vitest';
import { startServerPlan } from '../../src/server/server.js';
import { answerTo, hold, nativeProtocol, request, upgradeRequest } from '../support/raw.js';

async function serve(): Promise<number> {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  return server.address.port;
}

/** The first line of the answer to a request for a WebSocket, whose Host is `example.org` unless said otherwise. */
async function statusOf(port: number, lines: readonly string[], host = 'example.org'): Promise<string> {
  const asked = upgradeRequest(nativeProtocol, ...lines).replace('Host: example.org', `Host: ${host}`);
  const held = await hold(port, asked);
  onTestFinished(() => void held.socket.destroy());
  await expect.poll(held.reply).toContain('\r\n');
  return held.reply().slice(0, held.reply().indexOf('\r\n'));
}

const welcome = /^HTTP\/1\.1 101 /;
const refused = /^HTTP\/1\.1 403 /;

test.each([
  ['nobody that is a page', [], 'example.org'],
  ['its own page', ['Origin: http://example.org'], 'example.org'],
  ['its own page, by a proxy that has a port of its own', ['Origin: https://example.org'], 'example.org:8765'],
  ['its own page by IPv6', ['Origin: http://[2001:db8::1]:8765'], '[2001:DB8:0::1]:8765'],
  ['its own page, by a proxy that changes Host', ['Origin: https://a.org', 'Cookie: x=y; wperf-page=own'], 'upstream'],
])('%s is welcome', async (_who, lines, host) => {
  expect(await statusOf(await serve(), lines, host)).toMatch(welcome);
});

test.each([
  ['of another host', ['Origin: https://example.com'], 'example.org'],
  ['of a host whose name begins alike', ['Origin: https://example.org.evil.test'], 'example.org'],
  ['of a file', ['Origin: null'], 'example.org'],
  ['with the cookie of something else', ['Origin: https://example.com', 'Cookie: not-wperf-page=own'], 'example.org'],
  ['with a Host that is none', ['Origin: http://'], ''],
  ['with a Host of nonsense', ['Origin: http://example.org'], 'example.org:port:8765'],
  ['without sub-protocol', ['Origin: https://example.com', 'Sec-WebSocket-Protocol: other'], 'example.org'],
])('a page %s is refused', async (_what, lines, host) => {
  expect(await statusOf(await serve(), lines, host)).toMatch(refused);
});

test('a page of another host is told why, to the dialect of the original too, and never in its own words', async () => {
  const answer = await answerTo(await serve(), upgradeRequest('Origin: https://evil.test'));
  expect(answer).toMatch(refused);
  expect(answer).toContain("a browser measures from this server's own page alone");
  expect(answer).not.toContain('evil');
});

test('its own page gets what says so, which no other site makes a browser send, and which is alike for all', async () => {
  const port = await serve();
  const pages = await Promise.all([1, 2].map(() => answerTo(port, request('/', 'Accept: text/html'))));
  for (const page of pages) {
    expect(page.match(/^Set-Cookie: .*$/gim)?.map((line) => line.trim())).toEqual([
      'Set-Cookie: wperf-page=own; SameSite=Strict; HttpOnly',
    ]);
  }
});
