import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reply } from '../../src/trace/prober.js';
import { pacing, type SettledTtl, type StrategyOptions, TraceStrategy } from '../../src/trace/strategy.js';

const usual: StrategyOptions = { firstTtl: 1, maxTtl: 30, queries: 3, timeoutMs: 1000, lastWordMs: 0, serial: false };

interface Path {
  /** Round trip to each router in milliseconds; null is a silent one. */
  readonly routers: readonly (number | null)[];
  readonly target: number | null;
  /** What the word about the target is: an answer unless given. */
  readonly kind?: Reply['kind'];
}

interface Sent {
  readonly atMs: number;
  readonly ttl: number;
}

/** Plays a strategy against a path by a clock of its own. */
function play(path: Path, options: Partial<StrategyOptions> = {}, serves: (id: number) => boolean = () => true) {
  const strategy = new TraceStrategy({ ...usual, ...options });
  const due: { atMs: number; reply: Reply }[] = [];
  const sent: Sent[] = [];
  const known: (SettledTtl & { atMs: number })[] = [];
  let nowMs = 0;
  for (let turns = 0; !strategy.finished; turns++) {
    expect(turns).toBeLessThan(20_000);
    for (let probe = strategy.next(nowMs); probe !== undefined; probe = strategy.next(nowMs)) {
      sent.push({ atMs: nowMs, ttl: probe.ttl });
      const reached = probe.ttl > path.routers.length;
      const rttMs = reached ? path.target : (path.routers[probe.ttl - 1] ?? null);
      const kind = reached ? (path.kind ?? 'answer') : 'time-exceeded';
      const from = reached ? 'target' : `router ${probe.ttl}`;
      if (rttMs === null || !serves(probe.id)) continue;
      due.push({ atMs: nowMs + rttMs, reply: { id: probe.id, from, kind, code: '', rttMs, mpls: [] } });
    }
    due.sort((a, b) => a.atMs - b.atMs);
    nowMs = Math.max(nowMs, Math.min(due[0]?.atMs ?? Number.POSITIVE_INFINITY, strategy.wakeAtMs(nowMs)));
    while (due[0] !== undefined && due[0].atMs <= nowMs) strategy.reply((due.shift() as { reply: Reply }).reply);
    strategy.expire(nowMs);
    known.push(...strategy.takeKnown(nowMs).map((settled) => ({ ...settled, atMs: nowMs })));
  }
  return { strategy, sent, known, endedMs: nowMs };
}

const flat = (rtts: readonly number[]): Path => ({ routers: rtts.slice(0, -1), target: rtts.at(-1) ?? null });

describe('parallel', () => {
  test.each([
    { name: 'a neighbor', path: flat([1]), hops: 1, withinMs: 1 },
    { name: 'six hops of 5 ms each', path: flat([5, 10, 15, 20, 25, 30]), hops: 6, withinMs: 30 },
    {
      name: 'three near hops and seven far ones',
      path: flat([1, 2, 3, 100, 101, 102, 103, 104, 105, 106]),
      hops: 10,
      withinMs: 109,
    },
    { name: 'a silent router', path: { routers: [5, null, 15], target: 20 }, hops: 4, withinMs: 1000 },
    { name: 'a silent target', path: { routers: [5, 10], target: null }, hops: 30, withinMs: 1510 },
    { name: 'nothing at all', path: { routers: [], target: null }, hops: 30, withinMs: 1500 },
  ])('$name', ({ path, hops, withinMs }) => {
    const { known, endedMs, strategy } = play(path);
    expect(known.map(({ ttl }) => ttl)).toEqual(Array.from({ length: hops }, (_, index) => index + 1));
    expect(endedMs).toBeLessThanOrEqual(withinMs);
    expect(strategy.reached).toBe(path.target !== null);
  });

  test('each hop is told as soon as it and those before it are known', () => {
    const { known } = play(flat([5, 20, 10, 30]));
    expect(known.map(({ ttl, atMs }) => [ttl, atMs])).toEqual([
      [1, 5],
      [2, 20],
      [3, 20],
      [4, 30],
    ]);
  });

  test('at first the window is all that goes out, and it moves as replies come', () => {
    const { sent } = play(flat([5, 10, 15, 20, 25, 30, 35, 40, 45, 50]));
    const atOnce = sent.filter(({ atMs }) => atMs === 0);
    expect(Math.max(...atOnce.map(({ ttl }) => ttl))).toBe(pacing.lead);
    expect(atOnce).toHaveLength(pacing.lead * pacing.burst);
    expect(sent.find(({ ttl }) => ttl === pacing.lead + 1)?.atMs).toBe(5);
  });

  test('nothing goes beyond the target once it has answered', () => {
    const { sent } = play(flat([1, 2]));
    expect(sent.filter(({ atMs }) => atMs >= 2).every(({ ttl }) => ttl <= 2)).toBe(true);
  });

  test('a router gets three queries at once and the others spaced', () => {
    const { sent } = play(flat([1, 2]), { queries: 5 });
    const times = sent.filter(({ ttl }) => ttl === 1).map(({ atMs }) => atMs);
    expect(times).toEqual([0, 0, 0, pacing.spacingMs, 2 * pacing.spacingMs]);
  });

  test('the lowest TTL that the target answers is its distance', () => {
    const strategy = new TraceStrategy({ ...usual, queries: 1 });
    for (let probe = strategy.next(0); probe; probe = strategy.next(0));
    const answer = (id: number): Reply => ({ id, from: 't', kind: 'answer', code: '', rttMs: 1, mpls: [] });
    strategy.reply(answer(4));
    strategy.reply(answer(2));
    strategy.reply(answer(3));
    for (const id of [0, 1]) strategy.reply({ ...answer(id), kind: 'time-exceeded' });
    expect(strategy.takeKnown(0).map(({ ttl }) => ttl)).toEqual([1, 2, 3]);
    expect(strategy.finished).toBe(true);
  });
});

describe('serial', () => {
  test('one probe is out at a time', () => {
    const { sent, endedMs } = play(flat([5, 10, 15]), { serial: true });
    expect(sent.map(({ ttl }) => ttl)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(endedMs).toBe(3 * (5 + 10 + 15));
  });
});

describe('any path', () => {
  test('every hop is told once, in order, with all its queries, and the trace ends in time', () => {
    const rtt = fc.option(fc.integer({ min: 0, max: 900 }), { nil: null, freq: 4 });
    const options = fc.record({
      firstTtl: fc.integer({ min: 1, max: 5 }),
      maxTtl: fc.integer({ min: 5, max: 40 }),
      queries: fc.integer({ min: 1, max: 6 }),
      timeoutMs: fc.integer({ min: 50, max: 3000 }),
      lastWordMs: fc.integer({ min: 0, max: 4000 }),
      serial: fc.boolean(),
    });
    const path = fc.record({ routers: fc.array(rtt, { maxLength: 30 }), target: rtt });
    fc.assert(
      fc.property(path, options, fc.func(fc.boolean()), (route, asked, serves) => {
        const { known, sent, strategy } = play(route, asked, serves);
        const last = known.at(-1)?.ttl ?? 0;
        expect(known.map(({ ttl }) => ttl)).toEqual(known.map((_, index) => asked.firstTtl + index));
        expect(strategy.reached || last === asked.maxTtl).toBe(true);
        for (const { replies } of known) expect(replies).toHaveLength(asked.queries);
        expect(sent.length).toBeLessThanOrEqual((asked.maxTtl - asked.firstTtl + 1) * asked.queries);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the last word on a path that fell silent', () => {
  const down: Path = { routers: [5, 10], target: 3060, kind: 'unreachable' };

  test.each([false, true])('is heard long after the probe timed out, serial: %s', (serial) => {
    const { known, strategy } = play(down, { lastWordMs: 3500, serial });
    expect(strategy.reached).toBe(true);
    expect(known.map(({ ttl }) => ttl)).toEqual([1, 2, 3]);
    expect(known.at(-1)?.replies.some((reply) => reply?.kind === 'unreachable')).toBe(true);
    expect(play(down, { serial }).strategy.reached).toBe(false);
  });

  test('is waited for no longer than is said, and only at the end', () => {
    const silent = play({ routers: [5, 10], target: null }, { lastWordMs: 3500 });
    expect(silent.endedMs).toBeGreaterThanOrEqual(3500);
    expect(silent.endedMs).toBeLessThan(3520);
    const passing = play({ routers: [5, null, 15], target: 20 }, { lastWordMs: 3500 });
    expect(passing.endedMs).toBe(1000);
  });

  test('holds up no probe of a serial trace', () => {
    const { sent } = play({ routers: [5, null, 15], target: 20 }, { lastWordMs: 3500, serial: true, queries: 1 });
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 5, 1005, 1020]);
  });
});

test('late, doubled and unknown replies change nothing', () => {
  const strategy = new TraceStrategy({ ...usual, maxTtl: 1, queries: 2 });
  const reply = (id: number): Reply => ({ id, from: 'r', kind: 'time-exceeded', code: '', rttMs: 1, mpls: [] });
  strategy.next(0);
  strategy.next(0);
  strategy.reply(reply(0));
  strategy.reply({ ...reply(0), from: 'twice' });
  strategy.reply(reply(77));
  strategy.expire(1000);
  strategy.reply({ ...reply(1), from: 'late' });
  expect(strategy.takeKnown(1000)).toEqual([{ ttl: 1, replies: [reply(0), null], leastLaterLoss: 1 }]);
});

test('a trace cut short tells what it has heard', () => {
  const strategy = new TraceStrategy({ ...usual, queries: 2 });
  for (let probe = strategy.next(0); probe; probe = strategy.next(0));
  const reply: Reply = { id: 2, from: 'r2', kind: 'time-exceeded', code: '', rttMs: 1, mpls: [] };
  strategy.reply(reply);
  expect(strategy.takeUnfinished().map(({ ttl, replies }) => [ttl, replies])).toEqual([
    [1, []],
    [2, [reply]],
  ]);
});
