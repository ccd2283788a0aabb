import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../../src/trace/packet/checksum.js';
import { parseIcmpError, parseIpPacket, parseMpls } from '../../../src/trace/packet/quoted.js';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));

/** 192.0.2.1 to 198.51.100.7, UDP 40000 to 33434, length 40. */
const header4 = hex('4500 003c 1234 0000 0111 0000 c0000201 c6336407');
const udp = hex('9c40 829a 0028 0000');
/** 2001:db8::1 to 2001:db8::7, hop limit 1. */
const header6 = hex(`6000 0000 0028 11 01 20010db8 ${'00'.repeat(11)}01 20010db8 ${'00'.repeat(11)}07`);

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  return join(bytes, new Uint8Array(Math.max(0, length - bytes.length)));
}

/** Extension structure of RFC 4884 around objects, with a true checksum. */
function structure(...objects: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.from(join(hex('2000 0000'), ...objects));
  bytes.writeUInt16BE(checksum(bytes), 2);
  return Uint8Array.from(bytes);
}

function mplsObject(stack: Uint8Array): Uint8Array {
  return join(Uint8Array.of(0, 4 + stack.length, 1, 1), stack);
}

const stack = [
  { label: 24001, trafficClass: 0, bottom: false, ttl: 0 },
  { label: 17, trafficClass: 0, bottom: true, ttl: 1 },
];
const stackBytes = join(labelBytes(24001, false, 0), labelBytes(17, true, 1));

function labelBytes(label: number, bottom: boolean, ttl: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(((label << 12) | (Number(bottom) << 8) | ttl) >>> 0);
  return Uint8Array.from(bytes);
}

describe('errors', () => {
  test('IPv4 time exceeded with eight bytes of transport', () => {
    const error = parseIcmpError(4, join(hex('0b00 0000 0000 0000'), header4, udp));
    expect(error).toMatchObject({ type: 11, code: 0, mpls: [] });
    expect(error?.quoted).toMatchObject({ protocol: 17, source: '192.0.2.1', destination: '198.51.100.7', ttl: 1 });
    expect(error?.quoted.payload).toEqual(udp);
  });

  test('IPv6 unreachable', () => {
    const error = parseIcmpError(6, join(hex('0104 0000 0000 0000'), header6, udp));
    expect(error).toMatchObject({ type: 1, code: 4, quoted: { protocol: 17, destination: '2001:db8::7', ttl: 1 } });
    expect(error?.quoted.payload).toEqual(udp);
  });

  test('IP options lie between the header and the ports', () => {
    const withOptions = join(Uint8Array.of(0x47), header4.subarray(1), new Uint8Array(8), udp);
    expect(parseIcmpError(4, join(new Uint8Array(8), withOptions))?.quoted.payload).toEqual(udp);
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['half an ICMP header', new Uint8Array(4)],
    ['no quoted packet', new Uint8Array(8)],
    ['half an IP header', join(new Uint8Array(8), header4.subarray(0, 19))],
    ['a header length of four words', join(new Uint8Array(8), Uint8Array.of(0x44), header4.subarray(1), udp)],
    ['a header longer than the packet', join(new Uint8Array(8), Uint8Array.of(0x4f), header4.subarray(1), udp)],
    ['the other IP version', join(new Uint8Array(8), header6, udp)],
    ['a later fragment', join(new Uint8Array(8), header4.subarray(0, 6), hex('0001'), header4.subarray(8), udp)],
  ])('%s is no error of ours', (_, message) => {
    expect(parseIcmpError(4, message)).toBeUndefined();
  });
});

describe('extensions', () => {
  const quoted = padded(join(header4, udp), 128);
  const extensions = structure(mplsObject(stackBytes));

  test('MPLS labels after the announced length, IPv4 in words of four bytes', () => {
    const error = parseIcmpError(4, join(hex('0b00 0000 0020 0000'), quoted, extensions));
    expect(error?.mpls).toEqual(stack);
    expect(error?.quoted.payload).toHaveLength(128 - 20);
  });

  test('MPLS labels after the announced length, IPv6 in words of eight bytes', () => {
    const error = parseIcmpError(6, join(hex('0300 0000 1000 0000'), padded(join(header6, udp), 128), extensions));
    expect(error?.mpls).toEqual(stack);
  });

  test('MPLS labels without an announced length, from older routers', () => {
    expect(parseIcmpError(4, join(hex('0b00 0000 0000 0000'), quoted, extensions))?.mpls).toEqual(stack);
  });

  test('other objects before the labels are passed over', () => {
    expect(parseMpls(structure(hex('0008 0201 00000000'), mplsObject(stackBytes)))).toEqual(stack);
  });

  test.each([
    ['a length beyond the message', join(hex('0b00 0000 00ff 0000'), quoted, extensions)],
    ['a length below what RFC 4884 asks', join(hex('0b00 0000 0008 0000'), quoted, extensions)],
  ])('%s is not believed', (_, message) => {
    expect(parseIcmpError(4, message)).toMatchObject({ mpls: [], quoted: { protocol: 17 } });
  });

  test.each([
    ['another version', join(hex('3000'), extensions.subarray(2))],
    ['a wrong checksum', join(extensions.subarray(0, 2), hex('dead'), extensions.subarray(4))],
    ['an object of no length', structure(hex('0000 0101'), stackBytes)],
    ['an object beyond the end', structure(hex('0040 0101'), stackBytes)],
    ['half a label', structure(hex('0006 0101 0000'))],
    ['a header alone', extensions.subarray(0, 4)],
    ['less than a header', extensions.subarray(0, 3)],
  ])('%s holds no labels', (_, bytes) => {
    expect(parseMpls(bytes)).toEqual([]);
  });

  test('a stack is cut at sixteen labels', () => {
    expect(parseMpls(structure(mplsObject(new Uint8Array(4 * 40))))).toHaveLength(16);
  });
});

describe('whatever arrives', () => {
  const whole = fc.constantFrom(
    join(hex('0b00 0000 0020 0000'), padded(join(header4, udp), 128), structure(mplsObject(stackBytes))),
    join(hex('0300 0000 1000 0000'), padded(join(header6, udp), 128), structure(mplsObject(stackBytes))),
    join(hex('0b00 0000 0000 0000'), header4, udp),
  );
  const family = fc.constantFrom(4 as const, 6 as const);

  function check(asked: 4 | 6, message: Uint8Array): void {
    const error = parseIcmpError(asked, message);
    if (error === undefined) return;
    expect(error.quoted.payload.length).toBeLessThanOrEqual(message.length - 8 - (asked === 4 ? 20 : 40));
    expect(error.mpls.length).toBeLessThanOrEqual(16);
    for (const { label } of error.mpls) expect(label).toBeLessThan(2 ** 20);
  }

  test('messages cut anywhere', () => {
    fc.assert(
      fc.property(family, whole, fc.nat(200), (asked, message, length) => check(asked, message.subarray(0, length))),
    );
  });

  test('messages with lying bytes', () => {
    const lies = fc.array(fc.tuple(fc.nat(199), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(family, whole, lies, fc.nat(200), (asked, message, changes, length) => {
        const bytes = message.slice(0, length);
        for (const [index, value] of changes) if (index < bytes.length) bytes[index] = value;
        check(asked, bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('noise', () => {
    fc.assert(fc.property(family, fc.uint8Array({ maxLength: 300 }), check));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parseMpls(bytes)));
    fc.assert(
      fc.property(family, fc.uint8Array({ maxLength: 80 }), (asked, bytes) => void parseIpPacket(asked, bytes)),
    );
  });
});
