import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSocketAddress, encodeSocketAddress } from '../../../src/host/linux/socket-address.js';
import {
  type ControlMessage,
  encodeEpollEvent,
  linux,
  parseControl,
  SystemError,
} from '../../../src/host/linux/sockets.js';
import { SendClock } from '../../../src/trace/linux/send-clock.js';
import { readAncillary } from '../../../src/trace/packet/errqueue.js';

describe('socket addresses', () => {
  test.each([
    { ip: '192.0.2.1', port: 33_434, scopeId: 0 },
    { ip: '2001:db8::1', port: 1, scopeId: 0 },
    { ip: 'fe80::1', port: 65_535, scopeId: 7 },
  ])('$ip there and back', (address) => {
    expect(decodeSocketAddress(encodeSocketAddress(address))).toEqual(address);
  });

  test('layout of sockaddr_in', () => {
    const bytes = encodeSocketAddress({ ip: '192.0.2.1', port: 0x1234, scopeId: 0 });
    expect(bytes.toString('hex')).toBe('02001234c00002010000000000000000');
  });

  test('an IPv4 address in sockaddr_in6', () => {
    const address = { ip: '192.0.2.1', port: 0x1234, scopeId: 0 };
    const bytes = encodeSocketAddress(address, 6);
    expect(bytes.toString('hex')).toBe('0a0012340000000000000000000000000000ffffc000020100000000');
    expect(decodeSocketAddress(bytes)).toEqual(address);
  });

  test('cut or foreign ones are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const known = bytes[1] === 0 && (bytes[0] === 2 || bytes[0] === 10);
        if (!known || bytes.length < 16) expect(decodeSocketAddress(bytes)).toBeUndefined();
      }),
    );
    const whole = encodeSocketAddress({ ip: '2001:db8::1', port: 1, scopeId: 0 });
    expect(decodeSocketAddress(whole.subarray(0, 27))).toBeUndefined();
    expect(decodeSocketAddress(Buffer.alloc(28, 1))).toBeUndefined();
  });
});

test('an epoll event is packed on x64 alone', () => {
  expect(encodeEpollEvent(0x55, 1, 'x64').toString('hex')).toBe('010000005500000000000000');
  expect(encodeEpollEvent(0x55, 1, 'arm64').toString('hex')).toBe('01000000000000005500000000000000');
});

test('a system error has its name', () => {
  expect(new SystemError('socket', 1)).toMatchObject({ code: 'EPERM', message: 'socket: EPERM' });
});

function controlMessage(level: number, type: number, data: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(BigInt(16 + data.length), 0);
  header.writeInt32LE(level, 8);
  header.writeInt32LE(type, 12);
  const whole = Buffer.concat([header, data]);
  return Buffer.concat([whole, Buffer.alloc((8 - (whole.length % 8)) % 8)]);
}

describe('control messages', () => {
  test('several, each aligned', () => {
    const control = Buffer.concat([
      controlMessage(0, 2, Buffer.from([64, 0, 0, 0])),
      controlMessage(1, 37, Buffer.alloc(48)),
    ]);
    expect(parseControl(control).map(({ level, type, data }) => [level, type, data.length])).toEqual([
      [0, 2, 4],
      [1, 37, 48],
    ]);
  });

  test.each([0n, 15n, 21n, 1n << 63n])('a length of %i ends the walk', (length) => {
    const control = controlMessage(0, 2, Buffer.from([64, 0, 0, 0])).subarray(0, 20);
    control.writeBigUInt64LE(length, 0);
    expect(parseControl(control)).toEqual([]);
  });

  test('noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readAncillary(parseControl(Buffer.from(bytes)));
      }),
    );
  });
});

describe('what Linux says beside a message', () => {
  const offender = encodeSocketAddress({ ip: '192.0.2.1', port: 0, scopeId: 0 });

  function extendedError(fields: { origin: number; type?: number; code?: number; data?: number; invalid?: boolean }) {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt8(fields.origin, 4);
    bytes.writeUInt8(fields.type ?? 0, 5);
    bytes.writeUInt8(fields.code ?? 0, 6);
    bytes.writeUInt32LE(fields.data ?? 0, 12);
    if (fields.invalid) bytes.writeUInt8(1, 14);
    return bytes;
  }

  const message = (level: number, type: number, data: Buffer): ControlMessage => ({ level, type, data });
  const received = (data: Buffer) => readAncillary([message(linux.SOL_IP, linux.IP_RECVERR, data)]);

  test('an ICMP error with its router, extensions and TTL', () => {
    const error = Buffer.concat([extendedError({ origin: 2, type: 11, code: 0, data: 100 }), offender]);
    const ttl = Buffer.from([60, 0, 0, 0]);
    const stamp = Buffer.alloc(48);
    stamp.writeBigInt64LE(2n, 0);
    stamp.writeBigInt64LE(5n, 8);
    const control = [
      message(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, stamp),
      message(linux.SOL_IP, linux.IP_TTL, ttl),
      message(linux.SOL_IP, linux.IP_RECVERR, error),
    ];
    expect(readAncillary(control)).toEqual({
      error: { origin: 'icmp', type: 11, code: 0, sendNumber: 100, extensionsOffset: 100, offender: '192.0.2.1' },
      stampNs: 2_000_000_005n,
      ttl: 60,
    });
  });

  test('extensions that the kernel calls invalid are none', () => {
    const error = Buffer.concat([extendedError({ origin: 2, data: 100, invalid: true }), offender]);
    expect(received(error).error?.extensionsOffset).toBe(0);
  });

  test('a time stamp has the number of its send call and no offender', () => {
    expect(received(extendedError({ origin: 4, data: 70_000 })).error).toMatchObject({
      origin: 'time-stamp',
      sendNumber: 70_000,
      extensionsOffset: 0,
    });
  });

  test('structures cut short and unknown origins say nothing', () => {
    expect(received(extendedError({ origin: 2 }).subarray(0, 15))).toEqual({});
    expect(received(extendedError({ origin: 9 }))).toEqual({});
    expect(received(extendedError({ origin: 2 })).error?.offender).toBeUndefined();
    expect(readAncillary([message(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, Buffer.alloc(15))])).toEqual({});
    expect(readAncillary([message(linux.SOL_SOCKET, linux.SO_TIMESTAMPING, Buffer.alloc(48))])).toEqual({});
  });
});

describe('when a probe left', () => {
  test("the kernel's stamp counts before the clock's reading", () => {
    const clock = new SendClock();
    clock.sent(7, 1_000_000n);
    expect(clock.rttMs(7, 3_000_000n)).toBe(2);
    clock.stamped(0, 1_500_000n);
    expect(clock.rttMs(7, 3_000_000n)).toBe(1.5);
  });

  test('after a restart numbers begin anew, and late stamps of before are not taken for new ones', () => {
    const clock = new SendClock();
    clock.sent(0, 1_000_000n);
    clock.restart();
    clock.sent(1, 5_000_000n);
    clock.stamped(0, 1_100_000n);
    expect(clock.rttMs(1, 6_000_000n)).toBe(1);
    clock.stamped(0, 5_500_000n);
    expect(clock.rttMs(1, 6_000_000n)).toBe(0.5);
    expect(clock.rttMs(0, 2_000_000n)).toBe(1);
  });

  test('unknown probes have no round trip, and none is negative', () => {
    const clock = new SendClock();
    clock.sent(0, 5n);
    expect(clock.rttMs(1, 10n)).toBeUndefined();
    expect(clock.rttMs(0, 1n)).toBe(0);
  });
});
