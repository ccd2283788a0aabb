import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfIp, canonicalHost, canonicalIp, ipOfBytes, parseIp } from '../../src/net/ip.js';
import { anyText } from '../support/any-text.js';

describe('an address has one form', () => {
  test.each([
    ['::', '::', 6],
    ['::1', '::1', 6],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1', 6],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1', 6],
    ['2001:0:0:1:0:0:1:1', '2001::1:0:0:1:1', 6],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0', 6],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', 6],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', 6],
    ['fe80::1%eth0', 'fe80::1', 6],
    ['FE80::1%eth0.7', 'fe80::1', 6],
    ['fe80::1%br_lan', 'fe80::1', 6],
    ['192.0.2.255', '192.0.2.255', 4],
    ['::ffff:192.0.2.1', '192.0.2.1', 4],
    ['::FFFF:192.0.2.1', '192.0.2.1', 4],
    ['0:0:0:0:0:ffff:c000:201', '192.0.2.1', 4],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1', 4],
  ])('%s is %s', (text, canonical, family) => {
    expect(parseIp(text)).toMatchObject({ text: canonical, family });
    expect(ipOfBytes(bytesOfIp(text) ?? new Uint8Array())).toBe(canonical);
    expect(bytesOfIp(text)).toHaveLength(family === 4 ? 4 : 16);
  });

  test.each([
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['FE80:0::1%eth0', 'fe80::1%eth0'],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
    ['localhost', 'localhost'],
    ['', ''],
  ])('%s with its zone is %s', (text, expected) => {
    expect(canonicalHost(text)).toBe(expected);
  });

  test('any sixteen bytes there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = ipOfBytes(bytes);
        expect(isIPv6(text)).toBe(true);
        expect(bytesOfIp(text)).toEqual(Uint8Array.from(bytes));
      }),
    );
  });
});

describe('no address', () => {
  test.each([
    ...['', 'host', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '1.2.3.4%eth0', '1.2.3.4\n', '1.2.3.4/8', '%'],
    ...[':::', ':', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '::12345', 'fe80::1%'],
    ...['::1.2.3', '1.2.3.4::', '::1.2.3.4:5', '::ffff:01.2.3.4', '[::1]', '::g', ':1:2:3:4:5:6:7', '::1%a b'],
  ])('%j', (text) => {
    expect(parseIp(text)).toBeUndefined();
    expect(canonicalIp(text)).toBeUndefined();
  });
});

test('is read as Node reads it', () => {
  const piece = fc.constantFrom('::', ':', '.', '0', '1', 'ffff', 'FFFF', 'db8', '10', '192.0.2.1', '00', '256', '%lo');
  const near = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const addressLike = fc.oneof(near, anyText, fc.ipV4(), fc.ipV4Extended(), fc.ipV6());
  fc.assert(
    fc.property(addressLike, (text) => {
      const ip = parseIp(text);
      expect(ip !== undefined).toBe(isIPv4(text) || isIPv6(text));
      if (ip === undefined) return;
      expect(parseIp(ip.text)).toEqual({ text: ip.text, family: ip.family, bytes: ip.bytes });
      const nodes = new SocketAddress({ address: ip.text, family: ip.family === 4 ? 'ipv4' : 'ipv6' });
      expect(bytesOfIp(nodes.address)).toEqual(ip.bytes);
    }),
    { numRuns: 600 },
  );
});
