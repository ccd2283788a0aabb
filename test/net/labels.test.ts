import { describe, expect, test } from 'vitest';
import { parseIp } from '../../src/net/ip.js';
import { rangeLabelOf } from '../../src/net/labels.js';

const label = (text: string) => {
  const address = parseIp(text);
  return address === undefined ? 'no address' : rangeLabelOf(address);
};

describe('labels of special ranges', () => {
  test.each([
    ['0.0.0.0', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', undefined],
    ['192.168.1.1', 'private'],
    ['100.63.255.255', undefined],
    ['100.64.0.1', 'cgnat'],
    ['100.127.255.255', 'cgnat'],
    ['100.128.0.0', undefined],
    ['127.0.0.1', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['192.0.0.8', 'reserved'],
    ['192.0.2.7', 'documentation'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.7', 'documentation'],
    ['198.19.0.1', 'benchmarking'],
    ['224.0.0.251', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['8.8.8.8', undefined],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'reserved'],
    ['fc00::1', 'unique-local'],
    ['fdff::1', 'unique-local'],
    ['2001:db8::1', 'documentation'],
    ['3fff:fff::1', 'documentation'],
    ['2001:2::1', 'benchmarking'],
    ['ff02::1', 'multicast'],
    ['2001:0:1::1', 'teredo'],
    ['2002:808:808::1', '6to4'],
    ['64:ff9b::8.8.8.8', 'nat64'],
    ['64:ff9b:1::1', 'nat64'],
    ['100::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['2001:4860:4860::8888', undefined],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:a00:1', 'private'],
    ['::ffff:8.8.8.8', undefined],
  ])('%s: %s', (ip, expected) => {
    expect(label(ip)).toBe(expected);
  });
});
