import { describe, expect, it } from 'vitest';
import { LegacyPackets } from '../../src/measure/legacy-packets.js';

interface Packet {
  readonly number: bigint | number;
  /** Sender's clock. */
  readonly sentMs?: number;
  readonly arrivedMs?: number;
}

function count(packets: readonly Packet[]) {
  const counted = new LegacyPackets();
  for (const { number, sentMs = 0, arrivedMs = 0 } of packets) {
    const bytes = Buffer.alloc(1400);
    bytes.writeBigUInt64BE(BigInt(number));
    bytes.writeBigUInt64BE(BigInt(Math.round(sentMs * 1e6)), 8);
    counted.add(bytes, arrivedMs);
  }
  return counted.figures();
}

const numbers = (...list: (bigint | number)[]) => list.map((number) => ({ number }));

describe('loss', () => {
  it.each([
    ['nothing', [], { received: 0, lost: 0, total: 0, duplicates: 0 }],
    ['all in order', numbers(0, 1, 2), { received: 3, lost: 0, total: 3, duplicates: 0 }],
    ['a gap', numbers(0, 1, 4), { received: 3, lost: 2, total: 5, duplicates: 0 }],
    ['a missing beginning', numbers(3), { received: 1, lost: 3, total: 4, duplicates: 0 }],
    ['a late packet, which is not lost', numbers(0, 2, 1, 3), { received: 4, lost: 0, total: 4, duplicates: 0 }],
    ['a duplicate, which makes up for none', numbers(0, 2, 2, 2), { received: 2, lost: 1, total: 3, duplicates: 2 }],
    [
      'a long gap, then old numbers',
      numbers(0, 70_000, 1, 69_999, 69_999),
      { received: 3, lost: 69_998, duplicates: 2 },
    ],
    ['a jump of 2^40, which is no packet', numbers(0, 2n ** 40n, 1), { received: 2, lost: 0, total: 2, malformed: 1 }],
    ['the largest number', numbers(2n ** 64n - 1n, 0), { received: 1, lost: 0, total: 1, malformed: 1 }],
  ])('with %s', (_what, packets, expected) => {
    expect(count(packets)).toMatchObject(expected);
  });

  it('leaves out a header cut short', () => {
    const counted = new LegacyPackets();
    expect(counted.add(Buffer.alloc(15), 0)).toBe(false);
    expect(counted.figures()).toMatchObject({ received: 0, total: 0, malformed: 1 });
  });
});

describe('jitter', () => {
  it('is none while every packet takes the same time, whatever the clocks say', () => {
    const packets = [0, 1, 2, 3].map((n) => ({ number: n, sentMs: 1e12 + 10 * n, arrivedMs: 5 + 10 * n }));
    expect(count(packets).jitterMs).toBe(0);
  });

  it('goes a sixteenth of the way to each change of the transit time', () => {
    const packets = [
      { number: 0, sentMs: 0, arrivedMs: 0 },
      { number: 1, sentMs: 10, arrivedMs: 26 },
      { number: 2, sentMs: 20, arrivedMs: 20 },
    ];
    expect(count(packets).jitterMs).toBeCloseTo(1 + (16 - 1) / 16, 9);
  });

  it('does not take a step of the clock for jitter', () => {
    const packets = [0, 1, 2, 3].map((n) => ({ number: n, sentMs: 10 * n + (n > 1 ? 3.6e6 : 0), arrivedMs: 10 * n }));
    expect(count(packets).jitterMs).toBe(0);
  });
});
