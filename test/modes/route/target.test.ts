import { describe, expect, it } from 'vitest';
import { seenAs, targetOf } from '../../../src/modes/route/desk/target.js';
import { networkOf } from '../../../src/net/networks.js';
import type { ChannelInfo, ForwardedClient } from '../../../src/transport/channel.js';

const own = [
  { address: '127.0.0.1', netmask: '255.0.0.0' },
  { address: '198.51.100.10', netmask: '255.255.255.0' },
  { address: '10.0.0.5', netmask: '255.255.255.254' },
  { address: '2001:db8::10', netmask: 'ffff:ffff:ffff:ffff::' },
  { address: 'fe80::10', netmask: 'ffff:ffff:ffff:ffff::' },
];

const info = (remoteHost: string, client?: string): ChannelInfo => ({
  ...{ localHost: '198.51.100.10', localPort: 8765, remoteHost, remotePort: 5000, secure: false },
  ...(client !== undefined && { client: { host: client, source: 'x-forwarded-for' } satisfies ForwardedClient }),
});

describe('the target of a trace', () => {
  it.each([
    ['the peer', info('192.0.2.7'), '192.0.2.7'],
    ['an IPv4 peer of an IPv6 socket', info('::ffff:192.0.2.7'), '192.0.2.7'],
    ['an IPv6 peer, in its usual spelling', info('2001:DB8:0:0::7'), '2001:db8::7'],
    ['a link-local peer, with its zone', info('fe80::7%eth0'), 'fe80::7%eth0'],
    ['a private peer', info('10.1.2.3'), '10.1.2.3'],
    ['the other end of a link with two addresses', info('10.0.0.4'), '10.0.0.4'],
    ['loopback from loopback', info('127.0.0.1'), '127.0.0.1'],
    ['loopback from loopback, IPv6', info('::1'), '::1'],
    ['the client behind a proxy', info('10.0.0.9', '192.0.2.7'), '192.0.2.7'],
    ['a private client behind a private proxy', info('10.0.0.9', '192.168.1.7'), '192.168.1.7'],
  ])('is %s', (_what, from, expected) => expect(targetOf(from, own)).toBe(expected));

  it.each([
    ['unspecified', info('10.0.0.9', '0.0.0.0'), '0.0.0.0 is unspecified'],
    ['unspecified IPv6', info('10.0.0.9', '::'), ':: is unspecified'],
    ['multicast', info('10.0.0.9', '224.0.0.1'), '224.0.0.1 is multicast'],
    ['multicast IPv6', info('10.0.0.9', 'ff02::1'), 'ff02::1 is multicast'],
    ['broadcast', info('10.0.0.9', '255.255.255.255'), 'is broadcast'],
    ["the broadcast address of the server's network", info('10.0.0.9', '198.51.100.255'), 'is a broadcast address'],
    ['the server', info('198.51.100.10'), 'is an address of the server itself'],
    ['the server, named by a proxy', info('10.0.0.9', '198.51.100.10'), 'is an address of the server itself'],
    ['the server, as IPv4 in IPv6', info('10.0.0.9', '::ffff:198.51.100.10'), 'is an address of the server itself'],
    ['the server over IPv6', info('2001:db8::10'), 'is an address of the server itself'],
    ['loopback, named by a proxy', info('127.0.0.1', '127.0.0.1'), 'is an address of the server itself'],
    ['any loopback, named by a proxy', info('10.0.0.9', '127.3.2.1'), 'is an address of the server itself'],
    ['a private address, named by a public proxy', info('203.0.113.1', '10.0.0.77'), '10.0.0.77 is private'],
    ['no address', info('10.0.0.9', 'unknown'), 'it has no IP address'],
    ['nothing', info(''), 'it has no IP address'],
  ])('is never %s', (_what, from, text) => expect(() => targetOf(from, own)).toThrow(text));
});

it('the client is seen as its connection or its proxy tells', () => {
  expect(seenAs(info('::ffff:192.0.2.7'))).toEqual({ host: '192.0.2.7', port: 5000, source: 'connection' });
  expect(seenAs(info('10.0.0.9', '192.0.2.7'))).toEqual({ host: '192.0.2.7', source: 'x-forwarded-for' });
});

it('an IPv6 client has a whole /64', () => {
  expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(networkOf('no address')).toBe('no address');
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8:1:2:ffff::')).toBe('2001:db8:1:2::/64');
  expect(networkOf('fe80::7%eth0')).toBe('fe80::/64');
});
