import { describe, expect, it } from 'vitest';
import { packetBounds } from '../../src/defaults/index.js';
import { lostPercent, PacketMeter, sumPackets } from '../../src/measure/packets/packets.js';
import { packetCodec } from '../../src/protocol/packet-header.js';

interface Packet {
  readonly number: bigint | number;
  /** Sender's clock. */
  readonly sentMs?: number;
  readonly arrivedMs?: number;
}

function meter(packets: readonly Packet[]): PacketMeter {
  const counted = new PacketMeter(packetBounds.sequenceJump);
  add(counted, packets);
  return counted;
}

function add(counted: PacketMeter, packets: readonly Packet[]): void {
  for (const { number, sentMs = 0, arrivedMs = 0 } of packets) {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64BE(BigInt(number));
    bytes.writeBigUInt64BE(BigInt(Math.round(sentMs * 1e6)), 8);
    counted.add(packetCodec.read(bytes), arrivedMs);
  }
}

const count = (packets: readonly Packet[]) => meter(packets).summary();
const numbers = (...list: (bigint | number)[]) => list.map((number) => ({ number }));
const none = { packets: 0, lost: 0, outOfOrder: 0, duplicates: 0, malformed: 0 };

describe('loss', () => {
  it.each([
    ['nothing', [], none],
    ['all in order', numbers(0, 1, 2), { ...none, packets: 3 }],
    ['a gap', numbers(0, 1, 4), { ...none, packets: 5, lost: 2 }],
    ['a missing beginning', numbers(3), { ...none, packets: 4, lost: 3 }],
    ['a late packet, which is not lost', numbers(0, 2, 1, 3), { ...none, packets: 4, outOfOrder: 1 }],
    ['a duplicate, which makes up for none', numbers(0, 2, 2, 2), { ...none, packets: 3, lost: 1, duplicates: 2 }],
    [
      'a long gap, then old numbers',
      numbers(0, 70_000, 1, 69_999, 69_999),
      { packets: 70_001, lost: 69_998, outOfOrder: 1, duplicates: 2 },
    ],
    ['a jump of 2^40, which is no packet', numbers(0, 2n ** 40n, 1), { ...none, packets: 2, malformed: 1 }],
    ['the largest number', numbers(2n ** 64n - 1n, 0), { ...none, packets: 1, malformed: 1 }],
  ])('with %s', (_what, packets, expected) => {
    expect(count(packets)).toMatchObject(expected);
  });

  it('leaves out a header cut short', () => {
    const counted = new PacketMeter(10);
    expect(counted.add(packetCodec.read(Buffer.alloc(15)), 0)).toBe(false);
    expect(counted.summary()).toMatchObject({ ...none, malformed: 1 });
  });

  it('at the very end is seen from the count of the sender', () => {
    const counted = meter(numbers(0, 1));
    counted.sent(5);
    expect(counted.summary()).toMatchObject({ packets: 5, lost: 3 });
  });

  it('is told by interval, and the intervals add up', () => {
    const counted = meter(numbers(0, 1, 3));
    expect(counted.cut()).toMatchObject({ packets: 4, lost: 1 });
    add(counted, numbers(4, 7));
    expect(counted.cut()).toMatchObject({ packets: 4, lost: 2 });
    expect(counted.summary()).toMatchObject({ packets: 8, lost: 3 });
  });

  it('before counting begins is left out', () => {
    const counted = meter(numbers(0, 5, 5));
    counted.beginCounting();
    add(counted, numbers(6, 8));
    expect(counted.summary()).toMatchObject({ ...none, packets: 3, lost: 1 });
  });

  it('of one stretch is not made up for by latecomers of another', () => {
    const counted = meter(numbers(0, 3));
    counted.cut();
    add(counted, numbers(1, 2));
    expect(counted.cut()).toMatchObject({ packets: 2, lost: 0, outOfOrder: 2 });
    expect(counted.summary()).toMatchObject({ packets: 4, lost: 0 });
  });

  it('are in order though the word of how many there were overtakes the last', () => {
    const counted = meter(numbers(0, 1));
    counted.sent(4);
    add(counted, numbers(2, 3));
    expect(counted.summary()).toMatchObject({ packets: 4, lost: 0, outOfOrder: 0 });
    const late = meter(numbers(0, 2));
    late.sent(4);
    add(late, numbers(1, 3));
    expect(late.summary()).toMatchObject({ packets: 4, lost: 0, outOfOrder: 1 });
  });

  it('has a percentage, of nothing too', () => {
    expect(lostPercent({ ...none, packets: 8, lost: 2, jitterMs: 0 })).toBe(25);
    expect(lostPercent({ ...none, jitterMs: 0 })).toBe(0);
  });
});

describe('the sum of streams', () => {
  it('adds counts and averages jitter', () => {
    const one = { packets: 4, lost: 1, outOfOrder: 0, duplicates: 1, jitterMs: 2 };
    const other = { packets: 6, lost: 0, outOfOrder: 3, duplicates: 0, jitterMs: 4 };
    expect(sumPackets([one, other])).toEqual({ packets: 10, lost: 1, outOfOrder: 3, duplicates: 1, jitterMs: 3 });
  });

  it('is unknown when a stream is missing', () => {
    expect(sumPackets([undefined, { ...none, jitterMs: 0 }])).toBeUndefined();
    expect(sumPackets([])).toBeUndefined();
  });
});

describe('a header', () => {
  it('comes back as it was written', () => {
    const head = Buffer.alloc(16);
    packetCodec.write(head, { number: 2 ** 40 + 3, stampNs: 123_456_789_012_345 });
    expect(head.readBigUInt64BE(0)).toBe(2n ** 40n + 3n);
    expect(packetCodec.read(head)).toEqual({ number: 2 ** 40 + 3, stampNs: 123_456_789_012_345 });
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

describe('the variation of the delay', () => {
  it('is above the fastest packet, wherever it came', () => {
    const delays = [4, 3, 1, 2, 6];
    const packets = delays.map((delay, n) => ({ number: n, sentMs: 10 * n, arrivedMs: 10 * n + delay }));
    const near = (value: number) => expect.closeTo(value, 9);
    expect(count(packets).delay).toEqual({ medianMs: 2, p95Ms: near(4.6), p99Ms: near(4.92), maxMs: 5 });
  });

  it('is unknown until two packets have come', () => {
    expect(count(numbers(0)).delay).toBeUndefined();
  });

  it('keeps its shape and its bounds over a long test', () => {
    const counted = new PacketMeter(10);
    for (let n = 0; n < 200_000; n++) counted.add({ number: n, stampNs: n * 1e6 }, n + (n % 100));
    const delay = counted.summary().delay;
    expect(delay?.medianMs).toBeGreaterThan(45);
    expect(delay?.medianMs).toBeLessThan(55);
    expect(delay?.maxMs).toBeCloseTo(99, 6);
  });

  it('begins anew when a clock steps', () => {
    const packets = [0, 1, 2, 3].map((n) => ({ number: n, sentMs: 10 * n + (n > 1 ? 3.6e6 : 0), arrivedMs: 10 * n }));
    expect(count(packets).delay?.maxMs).toBe(0);
  });
});
