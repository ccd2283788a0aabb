import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIp } from '../../src/net/ip.js';
import { contains, inAny, parseCidr } from '../../src/net/networks.js';

test.each([
  ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8 }],
  ['192.0.2.1', { address: '192.0.2.1', prefix: 32 }],
  ['2001:DB8::/32', { address: '2001:db8::', prefix: 32 }],
  ['::1', { address: '::1', prefix: 128 }],
  ['::ffff:10.0.0.0/104', { address: '10.0.0.0', prefix: 8 }],
  ['::ffff:10.1.2.3', { address: '10.1.2.3', prefix: 32 }],
])('the network %s', (text, expected) => {
  expect(parseCidr(text)).toEqual(expected);
});

test.each([
  '',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/9',
  '10.0.0.0/-1',
  'host',
  '::/129',
  '::ffff:10.0.0.0/8',
  'fe80::1%lo/64',
])('%j is no network', (text) => {
  expect(parseCidr(text)).toBeUndefined();
});

test('a network holds what Node says it holds', () => {
  const v4 = fc.record({ address: fc.ipV4(), prefix: fc.nat(32), other: fc.ipV4() });
  const v6 = fc.record({ address: fc.ipV6(), prefix: fc.nat(128), other: fc.ipV6() });
  fc.assert(
    fc.property(fc.oneof(v4, v6), fc.boolean(), ({ address, prefix, other: any }, itself) => {
      const [network, other] = [parseIp(address), parseIp(itself ? address : any)];
      if (!network || !other || network.family !== other.family) return;
      if (network.family === 4 && address.includes(':')) return;
      const family = network.family === 4 ? 'ipv4' : 'ipv6';
      const list = new BlockList();
      list.addSubnet(network.text, prefix, family);
      expect(contains({ address, prefix }, other)).toBe(list.check(other.text, family));
    }),
  );
});

test('a proxy is trusted in whatever spelling it comes, and in its own family', () => {
  const trusts = inAny([
    { address: '0.0.0.0', prefix: 1 },
    { address: 'fe80::', prefix: 10 },
  ]);
  expect(['10.0.0.1', '::ffff:10.0.0.1', '::FFFF:A00:1', 'FE80::1%eth0'].map(trusts)).toEqual([
    ...[true, true, true, true],
  ]);
  expect(['192.0.2.1', '::1', '::', 'localhost', ''].map(trusts)).toEqual(Array(5).fill(false));
  expect(inAny([{ address: '::', prefix: 0 }])('10.0.0.1')).toBe(false);
});
