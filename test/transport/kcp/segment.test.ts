import { describe, expect, test } from 'vitest';
import { after, beyond, command, HEADER_BYTES, readSegment, writeHeader } from '../../../src/transport/kcp/segment.js';

const header = {
  conv: 0xfffefdfc,
  command: command.push,
  window: 0xfbfa,
  stampMs: 0xf9f8f7f6,
  number: 0xf5f4f3f2,
  unacknowledged: 0xf1f0efee,
};

function written(payload = Buffer.from('payload')): Buffer {
  const datagram = Buffer.alloc(3 + HEADER_BYTES + payload.length, 0xaa);
  writeHeader(datagram, 3, header, payload.length);
  payload.copy(datagram, 3 + HEADER_BYTES);
  return datagram;
}

test('a header is 24 bytes, little endian', () => {
  expect(written().subarray(3, 27).toString('hex')).toBe('fcfdfeff5100fafbf6f7f8f9f2f3f4f5eeeff0f107000000');
});

test('a segment is read where it begins', () => {
  expect(readSegment(written(), 3, header.conv)).toEqual({ ...header, payload: Buffer.from('payload') });
});

describe('what is wrong is told', () => {
  const flawOf = (change: (datagram: Buffer) => Buffer | undefined) => {
    const datagram = written();
    return readSegment(change(datagram) ?? datagram, 3, header.conv);
  };

  test.each([0, 1, 23])('of a header cut after %i bytes', (bytes) => {
    expect(flawOf((datagram) => datagram.subarray(0, 3 + bytes))).toBe('truncated');
  });

  test('of a payload cut short, or longer than there can be', () => {
    expect(flawOf((datagram) => datagram.subarray(0, -1))).toBe('truncated');
    expect(
      flawOf((datagram) => {
        datagram.writeUInt32LE(0xffffffff, 23);
        return datagram;
      }),
    ).toBe('truncated');
  });

  test('of another conversation', () => {
    expect(readSegment(written(), 3, 1)).toBe('other conversation');
  });

  test.each([0, 80, 85, 255])('of command %i', (kind) => {
    expect(
      flawOf((datagram) => {
        datagram.writeUInt8(kind, 7);
        return datagram;
      }),
    ).toBe('unknown command');
  });
});

test('numbers wrap', () => {
  expect(after(2 ** 32 - 1, 2)).toBe(1);
  expect(after(0, -1)).toBe(2 ** 32 - 1);
  expect(beyond(1, 2 ** 32 - 1)).toBe(2);
  expect(beyond(2 ** 32 - 1, 1)).toBe(-2);
  expect(beyond(2 ** 33 + 5, 3)).toBe(2);
});
