import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inAny, parseCidr } from '../../../src/net/networks.js';
import { forwardedClient } from '../../../src/transport/door/forwarded.js';
import { readProxyHeader } from '../../../src/transport/door/proxy-protocol.js';

function trusting(...networks: string[]) {
  return inAny(networks.flatMap((text) => parseCidr(text) ?? []));
}

const ours = trusting('10.0.0.0/8', '2001:db8:1::/48', '127.0.0.1');

describe('trusted networks', () => {
  it.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['::ffff:10.1.2.3', true],
    ['127.0.0.1', true],
    ['127.0.0.2', false],
    ['2001:db8:1:ffff::1', true],
    ['2001:db8:2::1', false],
    ['', false],
    ['proxy', false],
  ])('%s: %s', (address, trusted) => expect(ours(address)).toBe(trusted));

  it('trust nobody when empty', () => expect(trusting()('127.0.0.1')).toBe(false));

  it('of prefix 0 are everybody of their family', () => {
    expect(trusting('0.0.0.0/0')('192.0.2.1')).toBe(true);
    expect(trusting('0.0.0.0/0')('2001:db8::1')).toBe(false);
    expect(trusting('::/0')('192.0.2.1')).toBe(false);
    expect(trusting('::/0')('::ffff:192.0.2.1')).toBe(false);
  });

  it('hold addresses however they are spelt', () => {
    expect(trusting('2001:DB8:1:0::/48')('2001:db8:1:2:0:0:0:3')).toBe(true);
    expect(trusting('::ffff:10.0.0.1')('10.0.0.1')).toBe(true);
    expect(ours('::ffff:a01:203')).toBe(true);
    expect(trusting('fe80::/10')('fe80::1%eth0')).toBe(true);
  });

  it('hold the addresses that share their first bits, and no others', () => {
    const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const text = (bits: number) => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
    const network = (bits: number, prefix: number) => Math.floor(bits / 2 ** (32 - prefix));
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 32 }), (one, other, prefix) => {
        const near = (one ^ (other >>> prefix)) >>> 0;
        for (const candidate of [other, near]) {
          const same = network(one, prefix) === network(candidate, prefix);
          expect(trusting(`${text(one)}/${prefix}`)(text(candidate))).toBe(same);
        }
      }),
    );
  });

  it.each(['', 'x', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0/8', '::/129', 'fe80::1%eth0', '10.0.0.0/-1'])(
    'are not made from %j',
    (text) => expect(parseCidr(text)).toBeUndefined(),
  );
});

describe('headers of proxies', () => {
  const source = { plain: { source: 'x-forwarded-for' }, standard: { source: 'forwarded' } };

  it.each([
    ['203.0.113.5', { host: '203.0.113.5' }],
    ['203.0.113.5:4711', { host: '203.0.113.5', port: 4711 }],
    ['192.0.2.1, 203.0.113.5', { host: '203.0.113.5' }],
    ['192.0.2.1, 203.0.113.5, 10.0.0.7', { host: '203.0.113.5' }],
    ['10.1.1.1, 10.0.0.7', { host: '10.1.1.1' }],
    ['unknown, 10.0.0.7', { host: '10.0.0.7' }],
    ['2001:db8::9', { host: '2001:db8::9' }],
    ['[2001:db8::9]:80', { host: '2001:db8::9', port: 80 }],
    ['::ffff:203.0.113.5', { host: '203.0.113.5' }],
    ['::FFFF:cb00:7105', { host: '203.0.113.5' }],
    ['2001:DB8:0::9, [::ffff:10.0.0.7]:80', { host: '2001:db8::9' }],
    ['203.0.113.5,,10.0.0.7', { host: '10.0.0.7' }],
  ])('X-Forwarded-For: %s', (header, expected) => {
    expect(forwardedClient({ 'x-forwarded-for': header }, ours)).toEqual({ ...expected, ...source.plain });
  });

  it.each([
    ['for=203.0.113.5', { host: '203.0.113.5' }],
    ['For="[2001:db8::9]:4711";proto=https', { host: '2001:db8::9', port: 4711 }],
    ['proto=http;for=192.0.2.1, for=203.0.113.5;by=10.0.0.1, for=10.0.0.7', { host: '203.0.113.5' }],
    ['for=192.0.2.1, for=_hidden, for=10.0.0.7', { host: '10.0.0.7' }],
    ['for="203.0.113.5, for=192.0.2.1", for=10.0.0.7', { host: '10.0.0.7' }],
    ['for=192.0.2.1, proto=https, for=10.0.0.7', { host: '10.0.0.7' }],
    ['for=192.0.2.1 and more, for=10.0.0.7', { host: '10.0.0.7' }],
    ['for=203.0.113.5:4711; proto=http ; by=10.0.0.1 ', { host: '203.0.113.5', port: 4711 }],
    ['for="203.0.113.5";ext="a, \\"for=192.0.2.1"', { host: '203.0.113.5' }],
  ])('Forwarded: %s', (header, expected) => {
    expect(forwardedClient({ forwarded: header }, ours)).toEqual({ ...expected, ...source.standard });
  });

  it.each(['', 'unknown', '_x', 'localhost', '203.0.113.5:99999', '[::1', '1.2.3', '\u0000'])(
    'that cannot be read tell nothing: %j',
    (header) => {
      expect(forwardedClient({ 'x-forwarded-for': header }, ours)).toBeUndefined();
      expect(forwardedClient({ forwarded: `for=${header}` }, ours)).toBeUndefined();
    },
  );

  it('cannot be swallowed by what a client wrote before a proxy appended its own', () => {
    const piece = fc.constantFrom('for=', '192.0.2.1', '"', '\\', ';', ',', '=', 'x', ' ', 'x="', '";by="');
    const forged = fc.array(piece).map((pieces) => pieces.join(''));
    const own = fc.constantFrom(
      'for=203.0.113.5',
      'for="203.0.113.5:80"',
      'by="a, \\"b;";for="203.0.113.5:80";host="c"',
    );
    const asSeen = (header: string) => forwardedClient({ forwarded: header }, ours)?.host;
    fc.assert(fc.property(forged, own, (before, last) => asSeen(`${before}, ${last}`) === '203.0.113.5'));
    for (const last of ['for="203.0.113.5:80"', 'for="[::ffff:203.0.113.5]:80"']) {
      expect(asSeen(`for=192.0.2.1;x=", ${last}`)).toBe('203.0.113.5');
    }
  });

  it('are both believed where they agree, and neither where they do not', () => {
    const both = (plain: string, standard: string) =>
      forwardedClient({ 'x-forwarded-for': plain, forwarded: `for=${standard}` }, ours);
    expect(both('203.0.113.5', '203.0.113.5')).toEqual({ host: '203.0.113.5', ...source.standard });
    expect(both('203.0.113.5', '192.0.2.1')).toBeUndefined();
  });

  it('are looked at no farther than a few dozen proxies', () => {
    const header = ['203.0.113.5', ...Array.from({ length: 5000 }, () => '10.0.0.1')].join(',');
    expect(forwardedClient({ 'x-forwarded-for': header }, ours)?.host).toBe('10.0.0.1');
  });

  it('never throw, and never name what is no address', () => {
    const pieces = fc.constantFrom(
      'for=',
      '"',
      ',',
      ';',
      '[',
      ']',
      ':',
      '10.0.0.1',
      '203.0.113.5',
      '::1',
      '\\',
      ' ',
      '=',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, text, (plain, standard) => {
        const client = forwardedClient({ 'x-forwarded-for': plain, forwarded: standard }, ours);
        if (client) expect(client.host).toMatch(/^[\da-f.:]+$/i);
      }),
    );
  });
});

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** A header of version 2. */
function v2(command: number, family: number, addresses: Buffer, length = addresses.length): Buffer {
  return Buffer.concat([signature, Buffer.from([command, family, length >> 8, length & 255]), addresses]);
}

const four = Buffer.from([203, 0, 113, 5, 10, 0, 0, 1, 0x12, 0x67, 0x01, 0xbb]);
const six = Buffer.concat([
  Buffer.from('20010db8000000000000000000000009', 'hex'),
  Buffer.alloc(16),
  Buffer.from([0x12, 0x67, 0x01, 0xbb]),
]);
const mapped = Buffer.concat([Buffer.from('00000000000000000000ffffcb007105', 'hex'), six.subarray(16)]);

describe('a PROXY protocol header', () => {
  it.each([
    ['PROXY TCP4 203.0.113.5 10.0.0.1 4711 443\r\n', { host: '203.0.113.5', port: 4711 }],
    ['PROXY TCP6 2001:db8::9 2001:db8::1 4711 443\r\n', { host: '2001:db8::9', port: 4711 }],
    ['PROXY TCP6 ::ffff:203.0.113.5 ::ffff:10.0.0.1 4711 443\r\n', { host: '203.0.113.5', port: 4711 }],
    ['PROXY UNKNOWN\r\n', undefined],
    ['PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', undefined],
  ])('of version 1: %j', (line, client) => {
    const expected = { bytes: line.length, ...(client && { client }) };
    expect(readProxyHeader(Buffer.from(`${line}GET / HTTP/1.1\r\n`))).toEqual(expected);
  });

  it.each([
    ['IPv4', v2(0x21, 0x11, four), { host: '203.0.113.5', port: 4711 }],
    ['IPv6', v2(0x21, 0x21, six), { host: '2001:db8::9', port: 4711 }],
    [
      'IPv4 with extensions',
      v2(0x21, 0x11, Buffer.concat([four, Buffer.alloc(50)])),
      { host: '203.0.113.5', port: 4711 },
    ],
    ['IPv4 as IPv6', v2(0x21, 0x21, mapped), { host: '203.0.113.5', port: 4711 }],
    ['the proxy for itself', v2(0x20, 0x00, Buffer.alloc(0)), undefined],
    ['the proxy for itself, with an address to skip', v2(0x20, 0x11, four), undefined],
    ['nobody knows whom', v2(0x21, 0x00, Buffer.alloc(7)), undefined],
    ['UDP, which this connection is not', v2(0x21, 0x12, four), undefined],
    ['a Unix socket', v2(0x21, 0x31, Buffer.alloc(216)), undefined],
  ])('of version 2, %s', (_what, header, client) => {
    expect(readProxyHeader(Buffer.concat([header, Buffer.from([0x16])]))).toEqual({
      bytes: header.length,
      ...(client && { client }),
    });
  });

  it.each([
    ['a line without an end', Buffer.from(`PROXY TCP4 ${'1'.repeat(120)}`)],
    ['an address of the wrong family', Buffer.from('PROXY TCP4 2001:db8::9 10.0.0.1 1 2\r\n')],
    ['a port out of range', Buffer.from('PROXY TCP4 203.0.113.5 10.0.0.1 65536 2\r\n')],
    ['a word too many', Buffer.from('PROXY TCP4 203.0.113.5 10.0.0.1 1 2 3\r\n')],
    ['an unknown version', v2(0x31, 0x11, four)],
    ['a family that there is not', v2(0x21, 0x41, four)],
    ['a transport that there is not', v2(0x21, 0x13, four)],
    ['addresses cut short', v2(0x21, 0x11, four.subarray(0, 11))],
    ['a length beyond reason', v2(0x21, 0x11, four, 60_000)],
  ])('with %s is bad', (_what, header) => expect(readProxyHeader(header)).toBe('bad'));

  it.each(['GET / HTTP/1.1', 'POST /', 'PROXIES', '\x16\x03\x01', '\r\n\r\nX'])('is not seen in %j', (start) => {
    expect(readProxyHeader(Buffer.from(start, 'latin1'))).toBe('none');
  });

  it('is waited for while it is incomplete, wherever it is cut', () => {
    for (const header of [v2(0x21, 0x21, six), Buffer.from('PROXY TCP4 203.0.113.5 10.0.0.1 4711 443\r\n')]) {
      for (let length = 0; length < header.length; length++) {
        expect(readProxyHeader(header.subarray(0, length))).toBe('more');
      }
    }
  });

  it('is read without a throw, whatever follows its beginning', () => {
    const lying = [60, 12, 36, 0].map((length) => v2(0x21, length > 12 ? 0x21 : 0x11, Buffer.alloc(0), length));
    const beginning = fc.constantFrom(signature, Buffer.from('PROXY '), Buffer.from('PROXY TCP4 '), ...lying);
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        const seen = readProxyHeader(Buffer.concat([start, rest]));
        if (typeof seen === 'object') expect(seen.bytes).toBeLessThanOrEqual(start.length + rest.length);
      }),
    );
  });
});
