import { describe, expect, test } from 'vitest';
import { Kcp } from '../../../src/transport/kcp/core.js';
import { readSegment, type Segment } from '../../../src/transport/kcp/segment.js';
import type { KcpSettings } from '../../../src/transport/kcp/settings.js';
import { Link, type Path, pattern, settings, transfer } from './link.js';

const [PUSH, ACK, ASK, TELL] = [81, 82, 83, 84];

/** The segments of a datagram of the usual conversation. */
function segmentsOf(datagram: Buffer): Segment[] {
  const all: Segment[] = [];
  for (let at = 0; at < datagram.length; ) {
    const segment = readSegment(datagram, at, settings.conv);
    if (typeof segment === 'string') throw new Error(segment);
    all.push(segment);
    at += 24 + segment.payload.length;
  }
  return all;
}

/** An end by itself, and what it has sent since one last looked. */
function alone(own: Partial<KcpSettings> = {}) {
  let sent: Segment[] = [];
  const kcp = new Kcp({ ...settings, ...own }, (datagram) => sent.push(...segmentsOf(Buffer.from(datagram))));
  const take = () => {
    const taken = sent;
    sent = [];
    return taken;
  };
  const numbers = (of = PUSH) =>
    take()
      .filter(({ command }) => command === of)
      .map(({ number }) => number);
  return { kcp, take, numbers };
}

/** A datagram with these segments; all have the window and the rest of 0 unless it says otherwise. */
function datagram(...segments: readonly (Partial<Omit<Segment, 'payload'>> & { readonly payload?: Buffer })[]): Buffer {
  return Buffer.concat(
    segments.map(({ command = ACK, window = 256, stampMs = 0, number = 0, unacknowledged = 0, payload }) => {
      const header = Buffer.alloc(24);
      header.writeUInt32LE(settings.conv);
      header.writeUInt8(command, 4);
      header.writeUInt16LE(window, 6);
      for (const [index, value] of [stampMs, number, unacknowledged, payload?.length ?? 0].entries())
        header.writeUInt32LE(value, 8 + 4 * index);
      return Buffer.concat([header, payload ?? Buffer.alloc(0)]);
    }),
  );
}

const full = (segments: number) => Buffer.alloc(segments * 1376);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('all bytes arrive in order', () => {
  const paths: readonly [string, Path, Partial<KcpSettings>][] = [
    ['2 % lost', { lossPercent: 2, delayMs: 10 }, {}],
    ['20 % lost', { lossPercent: 20, delayMs: 10 }, {}],
    ['reordered', { delayMs: 5, jitterMs: 30 }, {}],
    ['lost, reordered and repeated', { lossPercent: 20, delayMs: 5, jitterMs: 30, duplicatePercent: 10 }, {}],
    ['2 % lost, with a congestion window', { lossPercent: 2, delayMs: 10 }, { congestion: true }],
    ['20 % lost, with a congestion window', { lossPercent: 20, delayMs: 10 }, { congestion: true, resend: 0 }],
    ['20 % lost, patiently', { lossPercent: 20, delayMs: 10 }, { noDelay: false, resend: 0, intervalMs: 50 }],
    ['small datagrams', { lossPercent: 2, jitterMs: 3 }, { mtu: 50 }],
    [
      'numbers and stamps that wrap',
      { lossPercent: 10, delayMs: 5, jitterMs: 10, startMs: 2 ** 32 - 60 },
      { firstNumber: 2 ** 32 - 20 },
    ],
    ['stamps that pass the sign', { lossPercent: 10, startMs: 2 ** 31 - 60 }, { firstNumber: 2 ** 31 - 20 }],
  ];

  test.each(paths)('%s', (_name, path, own) => {
    for (const seed of ['one', 'two', 'three']) {
      const link = new Link({ ...path, seed }, own);
      const bytes = own.mtu === 50 ? 20_000 : 400_000;
      transfer(link, link.a, link.b, bytes, 600);
      transfer(link, link.b, link.a, bytes / 4, 600);
      expect(link.a.statistics.smoothedRttMs).toBeLessThan(200);
    }
  });

  test('and nothing is sent twice where nothing is lost', () => {
    const link = new Link({ delayMs: 10 });
    transfer(link, link.a, link.b, 1_000_000);
    const { segmentsSent, resentAtTimeout, resentFast, resentEarly, smoothedRttMs } = link.a.statistics;
    expect({ resentAtTimeout, resentFast, resentEarly }).toEqual({ resentAtTimeout: 0, resentFast: 0, resentEarly: 0 });
    expect(segmentsSent).toBeLessThan(1_000_000 / 1376 + 202);
    expect(link.b.statistics.duplicatesReceived).toBe(0);
    expect(smoothedRttMs).toBeGreaterThanOrEqual(20);
    expect(smoothedRttMs).toBeLessThan(31);
  });

  test('what is lost shows in the figures of both ends', () => {
    const link = new Link({ lossPercent: 20, delayMs: 10 });
    transfer(link, link.a, link.b, 1_000_000);
    const { resentAtTimeout, resentFast, resentEarly, segmentsSent } = link.a.statistics;
    const resent = resentAtTimeout + resentFast + resentEarly;
    expect(Math.min(resentAtTimeout, resentFast, resentEarly)).toBeGreaterThan(0);
    expect(resent / segmentsSent).toBeGreaterThan(0.15);
    expect(link.b.statistics.duplicatesReceived).toBeLessThan(resent);
  });
});

describe('segments', () => {
  test('are filled up by later writes until they are sent', () => {
    const { kcp, take } = alone();
    for (let at = 0; at < 3000; at += 500) kcp.send(pattern(at, 500));
    kcp.send(Buffer.alloc(0));
    expect(kcp.waiting).toBe(3);
    kcp.flush(0);
    kcp.send(pattern(3000, 10));
    kcp.flush(0);
    const sent = take();
    expect(sent.map(({ payload }) => payload.length)).toEqual([1376, 1376, 248, 10]);
    expect(Buffer.concat(sent.map(({ payload }) => payload))).toEqual(pattern(0, 3010));
  });

  test('are never empty', () => {
    const { kcp, take } = alone();
    kcp.send(Buffer.alloc(0));
    kcp.flush(0);
    expect(take()).toEqual([]);
    expect(kcp.nextUpdate()).toBe(Number.POSITIVE_INFINITY);
  });

  test('that come empty are acknowledged and not delivered', () => {
    const { kcp, numbers } = alone();
    kcp.input(datagram({ command: PUSH }, { command: PUSH, number: 1, payload: Buffer.from('x') }), 0);
    expect(kcp.read()).toEqual(Buffer.from('x'));
    expect(kcp.read()).toBeUndefined();
    kcp.flush(10);
    expect(numbers(ACK)).toEqual([1]);
  });

  test('share a datagram where they fit', () => {
    const sizes: number[] = [];
    const kcp = new Kcp(settings, (sent) => sizes.push(sent.length));
    kcp.input(datagram(...range(0, 3).map((number) => ({ command: PUSH, number, payload: Buffer.from('x') }))), 0);
    kcp.send(full(1));
    kcp.send(Buffer.alloc(100));
    kcp.flush(0);
    expect(sizes).toEqual([24, 1400, 124]);
  });
});

describe('acks', () => {
  const push = (number: number) => datagram({ command: PUSH, number, stampMs: number, payload: Buffer.from('x') });

  test('wait for the interval, and say by number only what the next number does not', () => {
    const { kcp, take } = alone();
    kcp.flush(100);
    for (const number of [0, 1, 4, 2]) kcp.input(push(number), 103);
    kcp.update(109.9);
    expect(take()).toEqual([]);
    expect(kcp.nextUpdate()).toBe(110);
    kcp.update(110);
    const acks = take().map(({ number, stampMs, unacknowledged }) => ({ number, stampMs, unacknowledged }));
    expect(acks).toEqual([
      { number: 4, stampMs: 4, unacknowledged: 3 },
      { number: 2, stampMs: 2, unacknowledged: 3 },
    ]);
    expect(kcp.nextUpdate()).toBe(Number.POSITIVE_INFINITY);
  });

  test('go at once when as many wait as a datagram holds', () => {
    const { kcp, take } = alone();
    kcp.flush(100);
    for (const number of range(0, 57)) kcp.input(push(number), 101);
    expect(take()).toEqual([]);
    kcp.input(push(57), 101);
    expect(take()).toMatchObject([{ command: ACK, number: 57, unacknowledged: 58, window: 198 }]);
  });

  test('of the oldest make room, whatever is said to have arrived before', () => {
    const { kcp, numbers } = alone({ sendWindow: 4 });
    kcp.send(full(9));
    kcp.flush(0);
    expect(numbers()).toEqual([0, 1, 2, 3]);
    kcp.input(datagram({ number: 1 }, { number: 0 }), 10);
    expect(numbers()).toEqual([4, 5]);
  });

  test('of what was not sent yet take nothing away', () => {
    const { kcp } = alone({ sendWindow: 4 });
    kcp.send(full(9));
    kcp.flush(0);
    for (const number of [4, 8, 9, 2 ** 32 - 1]) kcp.input(datagram({ number }), 10);
    expect(kcp.waiting).toBe(9);
  });

  test('are given for duplicates, and for nothing beyond the window', () => {
    const { kcp, numbers } = alone({ receiveWindow: 4 });
    for (const number of [0, 0, 3, 3, 5, 2 ** 31]) kcp.input(push(number), 0);
    kcp.flush(0);
    expect(numbers(ACK)).toEqual([3, 3]);
    expect(kcp.statistics.duplicatesReceived).toBe(2);
    expect(kcp.read()).toEqual(Buffer.from('x'));
    expect(kcp.read()).toBeUndefined();
  });
});

describe('windows', () => {
  test('of a peer that has said nothing are taken for 32 segments, and then for what it says', () => {
    const { kcp, numbers } = alone();
    kcp.send(full(400));
    kcp.flush(0);
    expect(numbers()).toEqual(range(0, 32));
    kcp.input(datagram({ unacknowledged: 32, number: 31, window: 40 }), 20);
    expect(numbers()).toEqual(range(32, 72));
    kcp.input(datagram({ command: TELL, unacknowledged: 32, window: 1000 }), 21);
    expect(numbers()).toEqual(range(72, 288));
    expect(kcp.waiting).toBe(368);
  });

  test('close when the reader stops, and the sender is told unasked when it goes on', () => {
    const link = new Link({ delayMs: 5 }, { receiveWindow: 40 });
    link.a.send(pattern(0, 60_000));
    link.a.send(pattern(60_000, 60_000));
    link.a.flush(link.nowMs);
    link.pass(0.4);
    expect(link.a.waiting).toBe(Math.ceil(120_000 / 1376) - 40);
    const { segmentsSent } = link.a.statistics;
    link.pass(0.05);
    expect(link.a.statistics.segmentsSent).toBe(segmentsSent);
    expect(segmentsSent).toBe(40);
    const asked = watch(link, ASK);
    const told = watch(link, TELL);
    let bytes = 0;
    link.run(0.5, () => {
      for (let chunk = link.b.read(); chunk; chunk = link.b.read()) bytes += chunk.length;
      return bytes === 120_000;
    });
    expect(asked.count).toBe(0);
    expect(told.count).toBeGreaterThan(0);
    expect(told.count).toBeLessThanOrEqual(Math.ceil(120_000 / 1376 / 40));
    const before = told.count;
    link.pass(1);
    expect(told.count).toBe(before);
  });

  test('are asked for after half a second, and then ever less often', () => {
    const { kcp, take } = alone();
    kcp.send(full(2));
    kcp.flush(0);
    kcp.input(datagram({ unacknowledged: 2, window: 0 }), 10);
    take();
    kcp.send(full(1));
    kcp.flush(10);
    const asked: number[] = [];
    for (let now = kcp.nextUpdate(); now < 5000; now = kcp.nextUpdate()) {
      kcp.update(now);
      for (const { command } of take()) if (command === ASK) asked.push(now);
    }
    expect(asked).toEqual([510, 1260, 2385, 4072.5]);
    kcp.input(datagram({ command: TELL, unacknowledged: 2, window: 5 }), 5000);
    expect(take()).toMatchObject([{ command: PUSH, number: 2 }]);
  });

  test('open again when the word of it was lost', () => {
    const link = new Link({ delayMs: 5 }, { receiveWindow: 40 });
    link.drops = (sent, from) => from === link.b && segmentsOf(sent).some(({ command }) => command === TELL);
    link.a.send(pattern(0, 60_000));
    link.a.send(pattern(60_000, 60_000));
    link.a.flush(link.nowMs);
    link.pass(0.4);
    while (link.b.read());
    link.pass(0.05);
    expect(link.a.statistics.segmentsSent).toBe(40);
    link.drops = () => false;
    link.pass(0.5);
    expect(link.a.statistics.segmentsSent).toBeGreaterThan(40);
  });

  test('hold what is out of order and what is unread, no more', () => {
    const { kcp } = alone({ receiveWindow: 8 });
    for (const number of [...range(1, 40), 0, ...range(1, 40)])
      kcp.input(datagram({ command: PUSH, number, payload: Buffer.from([number]) }), 0);
    const got: number[] = [];
    for (let chunk = kcp.read(); chunk; chunk = kcp.read()) got.push(...chunk);
    expect(got).toEqual(range(0, 16));
  });
});

/** Counts the segments of a command that go over the link from now on. */
function watch(link: Link, command: number) {
  const seen = { count: 0 };
  const drops = link.drops;
  link.drops = (sent, from) => {
    seen.count += segmentsOf(sent).filter((segment) => segment.command === command).length;
    return drops(sent, from);
  };
  return seen;
}

describe('timeouts', () => {
  /** When the one segment is sent until `endMs`. */
  function sendsUntil(endMs: number, own: Partial<KcpSettings>): number[] {
    const { kcp, take } = alone(own);
    kcp.send(Buffer.from('x'));
    kcp.flush(0);
    const sends: number[] = [];
    for (let now = 0; now <= endMs; now = kcp.nextUpdate()) {
      kcp.update(now);
      for (const { stampMs } of take()) sends.push(stampMs);
    }
    return sends;
  }

  test('begin at 200 ms and grow by as much, or by half of it', () => {
    expect(sendsUntil(2000, { noDelay: false })).toEqual([0, 200, 600, 1200, 2000]);
    expect(sendsUntil(2000, { noDelay: true })).toEqual([0, 200, 500, 900, 1400, 2000]);
  });

  test('follow the round trip', () => {
    const { kcp } = alone();
    const timeouts = [0, 100, 200].map((now) => {
      kcp.send(Buffer.from('x'));
      kcp.flush(now);
      kcp.input(datagram({ number: now / 100, stampMs: now, unacknowledged: now / 100 + 1 }), now + 40);
      return kcp.statistics.timeoutMs;
    });
    expect(timeouts).toEqual([40 + 4 * 20, 40 + 4 * 15, 40 + 4 * 11.25]);
    expect(kcp.statistics.smoothedRttMs).toBe(40);
  });

  test('are a minute at most', () => {
    const { kcp } = alone();
    kcp.send(Buffer.from('x'));
    kcp.flush(0);
    kcp.input(datagram({ stampMs: 0 }), 90_000);
    expect(kcp.statistics).toMatchObject({ smoothedRttMs: 90_000, timeoutMs: 60_000 });
  });

  test('begin anew with a fast resend', () => {
    const { kcp, numbers } = alone({ sendWindow: 4 });
    kcp.send(full(4));
    kcp.flush(0);
    kcp.update(200);
    numbers();
    kcp.input(datagram({ number: 1, stampMs: 200 }, { number: 2, stampMs: 200 }), 230);
    expect(numbers()).toEqual([0]);
    const { timeoutMs } = kcp.statistics;
    expect(timeoutMs).toBe(30 + 4 * 15);
    kcp.input(datagram({ number: 3, unacknowledged: 0, stampMs: 200 }), 231);
    kcp.update(230 + timeoutMs);
    expect(numbers()).toEqual([0]);
    expect(kcp.nextUpdate()).toBe(230 + timeoutMs + timeoutMs + kcp.statistics.timeoutMs / 2);
  });

  test('and the round trip believe only acks of what was in flight', () => {
    const { kcp } = alone();
    kcp.send(Buffer.from('x'));
    kcp.flush(100);
    for (const number of [1, 2 ** 31, 2 ** 32 - 1]) kcp.input(datagram({ number, stampMs: 100 }), 150);
    kcp.input(datagram({ number: 0, stampMs: 900 }), 150);
    expect(kcp.statistics.smoothedRttMs).toBeUndefined();
    expect(kcp.waiting).toBe(0);
  });

  test('of twenty sends in vain are a dead link, until one is answered', () => {
    const { kcp } = alone();
    kcp.send(Buffer.from('x'));
    for (let sends = 1; sends < 20; sends++) {
      kcp.flush(Math.max(0, Math.min(kcp.nextUpdate(), 1e6)));
      expect(kcp.isDead).toBe(false);
    }
    kcp.flush(kcp.nextUpdate());
    expect(kcp.isDead).toBe(true);
    expect(kcp.statistics).toMatchObject({ segmentsSent: 20, resentAtTimeout: 19 });
    kcp.input(datagram({ unacknowledged: 1 }), 0);
    expect(kcp.isDead).toBe(false);
  });
});

describe('before its timeout a segment is sent again', () => {
  /** Ten segments are in flight since 0, and more wait, so that no flush of theirs is an early one. */
  function tenInFlight(own: Partial<KcpSettings> = {}) {
    const end = alone({ sendWindow: 10, ...own });
    end.kcp.send(full(30));
    end.kcp.flush(0);
    end.take();
    return end;
  }

  test('when as many later ones were acknowledged as the threshold says', () => {
    const { kcp, numbers } = tenInFlight();
    kcp.input(datagram({ number: 0, unacknowledged: 1 }, { number: 2, unacknowledged: 1 }), 20);
    expect(numbers()).toEqual([10]);
    kcp.input(datagram({ number: 5, unacknowledged: 1 }), 21);
    expect(numbers()).toEqual([1, 3, 4]);
    expect(kcp.statistics).toMatchObject({ resentFast: 1, resentEarly: 2, resentAtTimeout: 0 });
  });

  test('counting each ack of a datagram, and not those of what was sent before it was sent again', () => {
    const { kcp, numbers } = tenInFlight();
    kcp.input(datagram({ number: 5 }, { number: 2 }), 20);
    expect(numbers()).toEqual([0, 1, 3, 4]);
    expect(kcp.statistics).toMatchObject({ resentFast: 2, resentEarly: 2 });
    kcp.input(datagram({ number: 6 }, { number: 7 }, { number: 8 }), 21);
    expect(numbers()).toEqual([]);
    kcp.input(datagram({ number: 3, stampMs: 20 }), 22);
    kcp.update(40);
    expect(numbers()).toEqual([0, 1]);
    expect(kcp.statistics).toMatchObject({ resentFast: 2, resentEarly: 4 });
  });

  test('in a flush that has nothing new, when one later one was', () => {
    const { kcp, numbers } = tenInFlight({ resend: 0 });
    kcp.input(datagram({ number: 1 }), 20);
    expect(numbers()).toEqual([]);
    expect(kcp.nextUpdate()).toBe(10);
    kcp.update(20);
    expect(numbers()).toEqual([0]);
    expect(kcp.statistics).toMatchObject({ resentFast: 0, resentEarly: 1 });
  });

  test('and otherwise not', () => {
    const { kcp, numbers } = tenInFlight({ resend: 0 });
    kcp.input(datagram({ number: 0, unacknowledged: 1 }, { number: 2, unacknowledged: 1 }), 20);
    expect(numbers()).toEqual([10]);
    expect(kcp.nextUpdate()).toBe(30);
    kcp.update(30);
    expect(numbers()).toEqual([1]);
  });
});

describe('the congestion window', () => {
  /** Segments of the first flush, then of the flushes that one whole window of acks each brings about. */
  function bursts(windows: number, peer: { readonly window?: number } = {}): number[] {
    const { kcp, numbers } = alone({ congestion: true });
    kcp.send(full(200));
    kcp.flush(0);
    const sizes: number[] = [];
    for (let window = 0; window < windows; window++) {
      const sent = numbers();
      sizes.push(sent.length);
      for (const number of sent) kcp.input(datagram({ number, unacknowledged: number + 1, ...peer }), 10 * window);
    }
    return sizes;
  }

  test('holds back what the peer could take', () => {
    expect(bursts(6)).toEqual([1, 2, 4, 4, 6, 6]);
    expect(bursts(5, { window: 3 })).toEqual([1, 2, 3, 3, 3]);
  });

  test('falls to half of what is in flight, and the threshold more, at a fast resend', () => {
    const { kcp, numbers } = alone({ congestion: true });
    kcp.send(full(200));
    kcp.flush(0);
    for (const number of range(0, 20)) kcp.input(datagram({ number, unacknowledged: number + 1 }), 0);
    const inFlight = numbers().length - 20;
    expect(inFlight).toBeGreaterThan(4);
    kcp.input(datagram(...[21, 22].map((number) => ({ number, unacknowledged: 20 }))), 1);
    expect(numbers()).toEqual([20]);
    kcp.input(datagram({ number: 20, unacknowledged: 20 + inFlight }), 2);
    const window = Math.floor(inFlight / 2) + 2;
    expect(numbers()).toHaveLength(window);
  });

  test('falls to one segment at a timeout', () => {
    const { kcp, numbers } = alone({ congestion: true });
    kcp.send(full(200));
    kcp.flush(0);
    for (const number of range(0, 20)) kcp.input(datagram({ number, unacknowledged: number + 1 }), 0);
    const inFlight = numbers().length - 20;
    expect(inFlight).toBeGreaterThan(2);
    kcp.update(kcp.nextUpdate());
    expect(numbers()).toEqual(range(20, 20 + inFlight));
    kcp.input(datagram({ number: 20, unacknowledged: 20 + inFlight }), 300);
    expect(numbers()).toEqual(range(20 + inFlight, 22 + inFlight));
  });
});

test.each([
  [512, 1400, [488, 1376, 236]],
  [1400, 512, [100, 488, 488, 488, 488, 48]],
])('what waits in segments of %i bytes is not in the way of others of %i', (before, after, lengths) => {
  const { kcp, take } = alone();
  kcp.fit(before);
  kcp.send(pattern(0, 100));
  kcp.fit(after);
  kcp.send(pattern(100, 2000));
  kcp.flush(0);
  const payloads = take().map(({ payload }) => payload);
  expect(payloads.map(({ length }) => length)).toEqual(lengths);
  expect(Buffer.concat(payloads)).toEqual(pattern(0, 2100));
});
