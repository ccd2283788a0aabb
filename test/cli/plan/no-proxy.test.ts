import { describe, expect, it, onTestFinished } from 'vitest';
import { goesDirect } from '../../../src/cli/plan/way/no-proxy.js';
import { urlHost } from '../../../src/net/url.js';
import { describeNeeding, program } from '../../support/needs.js';
import { startScripted } from '../../support/peers/scripted-proxy.js';
import { run } from '../../support/processes.js';

const direct = (host: string, list: string, port = 8765) => goesDirect({ host, port, secure: false, path: '/' }, list);

/** As curl has it. */
const asCurl: readonly (readonly [list: string, host: string, direct: boolean])[] = [
  ['127.0.0.0/8', '127.0.0.1', true],
  ['127.0.0.0/8', '128.0.0.1', false],
  ['10.0.0.0/8,127.0.0.1', '127.0.0.1', true],
  ['192.0.2.0/25', '192.0.2.127', true],
  ['192.0.2.0/25', '192.0.2.128', false],
  ['192.0.2.7/32', '192.0.2.7', true],
  ['192.0.2', '192.0.2.7', false],
  ['::1', '::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:db8::/32', '192.0.2.7', false],
  ['example', 'server.example', true],
  ['.example', 'server.example', true],
  ['.example', 'example', true],
  ['Server.Example', 'server.example', true],
  ['server.example.', 'server.example', true],
  ['server.example', 'server.example.', true],
  ['ver.example', 'server.example', false],
  ['server.example', 'example', false],
  ['a.test, server.example ,b.test', 'server.example', true],
  ['a.test server.example', 'b.test', false],
  ['*', 'server.example', true],
  ['*', '192.0.2.7', true],
  ['', 'server.example', false],
  [',,', 'server.example', false],
];

describe('NO_PROXY', () => {
  it.each(asCurl)('%j for %s: %s', (list, host, expected) => expect(direct(host, list)).toBe(expected));

  it.each<[string, string, boolean]>([
    ['[::1]', '::1', true],
    ['0:0::1', '::1', true],
    ['2001:db8::/32', '2001:db8:7::1', true],
    ['[::1]:8765', '::1', true],
    ['[::1]:80', '::1', false],
    ['server.example:8765', 'server.example', true],
    ['server.example:80', 'server.example', false],
    ['192.0.2.7:8765', '192.0.2.7', true],
    ['*.example', 'server.example', true],
    ['a.test,*', 'server.example', true],
    ['0.0.0.0/0', '192.0.2.7', true],
    ['::/0', '192.0.2.7', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['fe80::1', 'fe80::1%eth0', true],
    ['fe80::1%eth0', 'fe80::1%eth0', true],
    ['a.test,FE80:0::1%eth0', 'fe80::1%eth0', true],
    ['[fe80::1%eth0]:8765', 'fe80::1%eth0', true],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0', false],
    ['fe80::1%eth1', 'fe80::1%eth0', false],
    ['fe80::1%eth0', 'fe80::2%eth0', false],
    ['fe80::1%eth0', 'server.example', false],
    ['bücher.example', 'xn--bcher-kva.example', true],
    ['a.test server.example', 'server.example', true],
    ['.', 'server.example', false],
    ['127.0.0.0/99', '127.0.0.1', false],
  ])('beyond curl 7.88: %j for %s: %s', (list, host, expected) => expect(direct(host, list)).toBe(expected));
});

describeNeeding('curl', [program('curl')], () => {
  it('goes where we go', async () => {
    let asked = 0;
    const proxy = await startScripted(onTestFinished, (socket) => {
      asked += 1;
      socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
    });
    for (const [list, host, expected] of asCurl) {
      const before = asked;
      // Where it goes directly it is refused at once.
      const argv = ['curl', '-s', '--connect-to', '::127.0.0.1:1', `http://${urlHost(host)}:8765/`];
      await run(argv, { env: { http_proxy: `http://127.0.0.1:${proxy}`, no_proxy: list, NO_PROXY: undefined } });
      expect([list, host, asked === before]).toEqual([list, host, expected]);
    }
  });
});
