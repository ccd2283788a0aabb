import { describe, expect, it } from 'vitest';
import { parseTarget, targetUrl } from '../../../src/cli/plan/way/target.js';
import type { Target } from '../../../src/plan/plan.js';
import { BadValue } from '../../../src/units.js';

function target(host: string, port: number, secure = false, path = '/'): Target {
  return { host, port, secure, path };
}

describe('parseTarget', () => {
  it.each<[string, Target]>([
    ['server.example', target('server.example', 8765)],
    ['localhost', target('localhost', 8765)],
    ['my_host', target('my_host', 8765)],
    ['server.example.', target('server.example.', 8765)],
    ['bücher.example', target('xn--bcher-kva.example', 8765)],
    ['192.0.2.7', target('192.0.2.7', 8765)],
    ['server.example:5201', target('server.example', 5201)],
    ['192.0.2.7:1', target('192.0.2.7', 1)],
    ['h:65535', target('h', 65_535)],
    ['::1', target('::1', 8765)],
    ['2001:db8::7', target('2001:db8::7', 8765)],
    ['[2001:db8::7]', target('2001:db8::7', 8765)],
    ['[2001:db8::7]:443', target('2001:db8::7', 443)],
    ['fe80::1%eth0', target('fe80::1%eth0', 8765)],
    ['[fe80::1%eth0]:99', target('fe80::1%eth0', 99)],
    ['::ffff:192.0.2.7', target('192.0.2.7', 8765)],
    ['[::FFFF:c000:207]:80', target('192.0.2.7', 80)],
    ['ws://[::ffff:192.0.2.7]/', target('192.0.2.7', 80)],
    ['[fe80::1%25]:99', target('fe80::1%25', 99)],
    ['wss://[fe80::1%25eth0]:8765/', target('fe80::1%eth0', 8765, true)],
    ['ws://[fe80::1%eth0]', target('fe80::1%eth0', 80)],
    ['ws://[FE80::1%25eth0.7]/x?y%20z', target('fe80::1%eth0.7', 80, false, '/x?y%20z')],
    ['ws://[fe80::1%25]/', target('fe80::1%25', 80)],
    ['ws://[fe80::1%253]/', target('fe80::1%3', 80)],
    ['wss://bücher.example./', target('xn--bcher-kva.example.', 443, true)],
    ['ws://server.example', target('server.example', 80)],
    ['WS://Server.Example', target('server.example', 80)],
    ['wss://server.example', target('server.example', 443, true)],
    ['wss://server.example:8443', target('server.example', 8443, true)],
    ['ws://server.example:443/', target('server.example', 443)],
    ['wss://server.example/speed/wperf?site=7', target('server.example', 443, true, '/speed/wperf?site=7')],
    ['ws://[::1]:8765/x', target('::1', 8765, false, '/x')],
    ['ws://192.0.2.7:8765', target('192.0.2.7', 8765)],
  ])('%s', (text, expected) => expect(parseTarget(text)).toEqual(expected));

  it.each(['server.example:1', 'wss://server.example:2/p', '[::1]:3', 'server.example'])(
    '%s yields to --port',
    (text) => {
      expect(parseTarget(text, 9000).port).toBe(9000);
    },
  );

  it.each<[string, string, string]>([
    ['http://h', 'is not a WebSocket URL', 'write ws:// instead of http://'],
    ['HTTPS://h/p', 'is not a WebSocket URL', 'write wss:// instead of https://'],
    ['ftp://h', 'is not a WebSocket URL', 'write ws://... or wss://...'],
    ['constructor://h', 'is not a WebSocket URL', 'write ws://... or wss://...'],
    ['://h', 'is not a WebSocket URL', 'write ws://... or wss://...'],
    ['ws://', 'is not a valid URL', 'write ws://host:port/path, with a port of 1 to 65535'],
    ['ws://h:65536', 'is not a valid URL', 'write ws://host:port/path, with a port of 1 to 65535'],
    ['ws://h:x/', 'is not a valid URL', 'write ws://host:port/path, with a port of 1 to 65535'],
    ['ws://a b/', 'is not a valid URL', 'write ws://host:port/path, with a port of 1 to 65535'],
    ['ws://h:0/', 'has a bad port', 'give a port of 1 to 65535'],
    ['ws://h/#part', 'has a fragment', 'a WebSocket URL ends before the #'],
    ['ws://me:pw@h/', 'has credentials', "use --token, or --header 'Authorization: ...' for a reverse proxy"],
    ['wss://me@h/', 'has credentials', "use --token, or --header 'Authorization: ...' for a reverse proxy"],
    ['me@h', 'has credentials', "use --token, or --header 'Authorization: ...' for a reverse proxy"],
    ['h/path', 'has a path but no scheme', 'write ws://host/path or wss://host/path'],
    ['h?q', 'has a path but no scheme', 'write ws://host/path or wss://host/path'],
    ['fe80::1', 'is a link-local address without its zone', 'name the interface, as in fe80::1%eth0'],
    ['[FEBF::1]:80', 'is a link-local address without its zone', 'name the interface, as in FEBF::1%eth0'],
    ['wss://[fe80::1]:80/', 'is a link-local address without its zone', 'name the interface, as in fe80::1%eth0'],
    ['ws://[fe80::1%]/', 'is not a valid URL', 'write ws://host:port/path, with a port of 1 to 65535'],
    ['ws://[fe80::1%a b]/', 'is not a valid URL', 'write ws://host:port/path, with a port of 1 to 65535'],
    ['ws://h%25eth0/', 'is not a valid URL', 'write ws://host:port/path, with a port of 1 to 65535'],
    [
      'ws://me@[fe80::1%25eth0]/',
      'has credentials',
      "use --token, or --header 'Authorization: ...' for a reverse proxy",
    ],
    ['h:', 'has a bad port', 'give a port of 1 to 65535'],
    ['h:0', 'has a bad port', 'give a port of 1 to 65535'],
    ['h:65536', 'has a bad port', 'give a port of 1 to 65535'],
    ['h:+1', 'has a bad port', 'give a port of 1 to 65535'],
    ['h:ssh', 'has a bad port', 'give a port of 1 to 65535'],
    ['[::1]:', 'has a bad port', 'give a port of 1 to 65535'],
    ['1:2:3', 'is not an IPv6 address', 'write e.g. 2001:db8::7, or [2001:db8::7]:8765 with a port'],
    ['[::1]8765', 'is not an IPv6 address', 'write e.g. 2001:db8::7, or [2001:db8::7]:8765 with a port'],
    [':8765', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['8765', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['192.0.2', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['256.0.0.1', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['0x7f000001', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['a b', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['a\\b', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['a%20b', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    ['[host]', 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
    [`${'a'.repeat(254)}`, 'is not a host name or address', 'write e.g. server.example, 192.0.2.7 or [2001:db8::7]'],
  ])('%s is refused', (text, rule, hint) => {
    expect(caught(() => parseTarget(text))).toMatchObject({ message: rule, hint });
  });
});

it('writes a target as a URL', () => {
  expect(targetUrl(target('::1', 8765))).toBe('ws://[::1]:8765/');
  expect(targetUrl(target('server.example', 443, true, '/p'))).toBe('wss://server.example:443/p');
});

function caught(run: () => unknown): BadValue {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof BadValue) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}
