/** What a stranger can send: nothing of it throws, makes an end hold more than its windows, or delivers what never came. */
import { describe, expect, test } from 'vitest';
import { Kcp } from '../../../src/transport/kcp/core.js';
import { HEADER_BYTES, readSegment } from '../../../src/transport/kcp/segment.js';
import { seededRandom } from '../../../src/transport/simulated/random.js';
import { Link, pattern, settings, transfer } from './link.js';
import { datagramOf, sessions } from './vectors.js';

type Random = () => number;
const below = (random: Random, end: number) => Math.floor(random() * end);

function noise(random: Random, bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, () => below(random, 256)));
}

/** Bytes of payload that a datagram can bring at most. */
function payloadIn(datagram: Buffer, conv: number): number {
  let bytes = 0;
  for (let at = 0; at < datagram.length; ) {
    const segment = readSegment(datagram, at, conv);
    if (typeof segment === 'string') break;
    bytes += segment.payload.length;
    at += HEADER_BYTES + segment.payload.length;
  }
  return bytes;
}

/** An end in the middle of sending; whatever it sends is looked at. */
function busyEnd(conv: number) {
  const kcp = new Kcp({ ...settings, conv }, (sent) => {
    expect(sent.length).toBeLessThanOrEqual(settings.mtu);
    expect(sent.readUInt32LE()).toBe(conv);
  });
  kcp.send(pattern(0, 60_000));
  kcp.flush(0);
  return kcp;
}

/** Gives one end all of these, and checks after each what must hold. */
function suffer(conv: number, datagrams: Iterable<Buffer>): void {
  const kcp = busyEnd(conv);
  let [now, broughtBytes, gotBytes] = [0, 0, 0];
  for (const datagram of datagrams) {
    const waiting = kcp.waiting;
    broughtBytes += payloadIn(datagram, conv);
    expect(() => kcp.input(datagram, now)).not.toThrow();
    for (let chunk = kcp.read(); chunk; chunk = kcp.read()) gotBytes += chunk.length;
    expect(gotBytes).toBeLessThanOrEqual(broughtBytes);
    expect(kcp.waiting).toBeLessThanOrEqual(waiting);
    now += 7;
    kcp.update(now);
    expect(Number.isNaN(kcp.nextUpdate())).toBe(false);
    expect(kcp.statistics.timeoutMs).toBeLessThanOrEqual(60_000);
  }
}

describe('an end bears', () => {
  test('noise', () => {
    const random = seededRandom('noise');
    suffer(
      settings.conv,
      Array.from({ length: 2000 }, () => noise(random, below(random, 200))),
    );
  });

  test('noise behind its own conversation and a known command', () => {
    const random = seededRandom('headed noise');
    const headed = () => {
      const datagram = noise(random, 24 + below(random, 100));
      datagram.writeUInt32LE(settings.conv);
      datagram.writeUInt8(81 + below(random, 4), 4);
      datagram.writeUInt32LE(below(random, datagram.length - 20), 20);
      return datagram;
    };
    suffer(settings.conv, Array.from({ length: 3000 }, headed));
  });

  test.each(['echo_fast', 'echo_defaults', 'loss', 'fragments'] as const)('flipped bits in %s', (name) => {
    const { conv, rows } = sessions[name];
    const random = seededRandom(name);
    const flipped = Array.from({ length: 2000 }, () => {
      const row = rows[below(random, rows.length)];
      const datagram = row ? datagramOf(name, row) : Buffer.alloc(0);
      for (let flips = 1 + below(random, 3); flips > 0; flips--) {
        const at = below(random, Math.min(datagram.length, 2 * HEADER_BYTES));
        datagram.writeUInt8(datagram.readUInt8(at) ^ (1 << below(random, 8)), at);
      }
      return datagram.subarray(0, below(random, 4) === 0 ? below(random, datagram.length) : datagram.length);
    });
    suffer(conv, flipped);
  });
});

test('what is wrong is told, and what came before it holds', () => {
  const kcp = busyEnd(1);
  const sound = datagramOf('fragments', { ms: 0, from: 'S', bytes: 24, segments: [[0, 'WINS', 0, 9, 0, 0, 2, 0]] });
  sound.writeUInt32LE(1);
  const other = Buffer.from(sound);
  other.writeUInt32LE(2);
  const waiting = kcp.waiting;
  expect(kcp.input(Buffer.concat([sound, other]), 0)).toBe('other conversation');
  expect(kcp.waiting).toBe(waiting - 2);
  expect(kcp.input(Buffer.concat([sound, Buffer.alloc(23)]), 0)).toBe('truncated');
  expect(kcp.input(sound, 0)).toBeUndefined();
});

test('what was never sent cannot be acknowledged', () => {
  const kcp = busyEnd(1);
  const waiting = kcp.waiting;
  for (const unacknowledged of [33, 1000, 2 ** 31 - 1]) {
    const lie = Buffer.alloc(24);
    lie.writeUInt32LE(1);
    lie.writeUInt8(82, 4);
    lie.writeUInt32LE(unacknowledged, 16);
    expect(kcp.input(lie, 0)).toBe('acknowledges the unsent');
  }
  expect(kcp.waiting).toBe(waiting);
});

test('an end that never reads holds two windows of segments at most, whatever comes', () => {
  const kcp = new Kcp({ ...settings, receiveWindow: 16 }, () => {});
  const random = seededRandom('flood');
  for (let i = 0; i < 20_000; i++) {
    const push = Buffer.alloc(25);
    push.writeUInt32LE(settings.conv);
    push.writeUInt8(81, 4);
    push.writeUInt32LE(1, 20);
    push.writeUInt32LE(i % 3 === 0 ? below(random, 64) : below(random, 2 ** 32), 12);
    kcp.input(push, i);
  }
  let segments = 0;
  while (kcp.read()) segments += 1;
  expect(segments).toBeGreaterThanOrEqual(16);
  expect(segments).toBeLessThanOrEqual(32);
});

test('noise on the path does not harm a transfer', () => {
  const link = new Link({ lossPercent: 5, delayMs: 5, jitterMs: 5 });
  const random = seededRandom('beside');
  link.drops = (_, from) => {
    const to = from === link.a ? link.b : link.a;
    expect(to.input(noise(random, below(random, 100)), link.nowMs)).toBeOneOf([
      undefined,
      'truncated',
      'other conversation',
    ]);
    return false;
  };
  transfer(link, link.a, link.b, 200_000);
});
