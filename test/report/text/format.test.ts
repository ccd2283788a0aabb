import { describe, expect, it } from 'vitest';
import type { IntervalEvent, TestEvent } from '../../../src/events/load.js';
import { IntervalMerger } from '../../../src/report/interval-merger.js';
import { bytesText, millisecondsText, rateFigure, secondsText, sizeFigure } from '../../../src/report/text/format.js';
import { endOf, intervalOf, startOf } from '../fixtures.js';

describe('figures', () => {
  it.each([
    [0, '0.00 bits/sec'],
    [999.4, '999 bits/sec'],
    [999.5, '1.00 Kbits/sec'],
    [9.994e6, '9.99 Mbits/sec'],
    [9.996e6, '10.0 Mbits/sec'],
    [99.96e6, '100 Mbits/sec'],
    [25.04e9, '25.0 Gbits/sec'],
    [5e15, '5000 Tbits/sec'],
  ])('%f bit/s is %s', (rate, text) => expect(rateFigure(rate)).toBe(text));

  it('keep to a unit that is asked for', () => {
    expect(rateFigure(25e9, 'm')).toBe('25000 Mbits/sec');
    expect(rateFigure(1e3, 'g')).toBe('0.00 Gbits/sec');
  });

  it('of bytes are decimal, of sizes binary', () => {
    expect(bytesText(1_310_000)).toBe('1.31 MBytes');
    expect([65_536, 1_048_576, 1000].map(sizeFigure)).toEqual(['64 KiB', '1 MiB', '1000 bytes']);
  });

  it('of times say no more than they know', () => {
    expect([secondsText(10), secondsText(0.5), millisecondsText(0.1234), millisecondsText(12.34)]).toEqual([
      '10 s',
      '0.5 s',
      '0.123 ms',
      '12.3 ms',
    ]);
  });
});

describe('an interval merger', () => {
  const start = startOf({ streams: 2 });
  const run = (seconds: number, events: readonly TestEvent[]) => {
    const seen: TestEvent[] = [];
    const merger = new IntervalMerger({ event: (event) => seen.push(event) }, seconds);
    for (const event of events) merger.event(event);
    return seen;
  };
  const three = [0, 1, 2].map((second) => intervalOf(start, second));

  it('joins intervals until they are long enough, and gives the rest before the end', () => {
    const [first, rest, end] = run(2, [...three, endOf(start)]) as [IntervalEvent, IntervalEvent, TestEvent];
    expect(first.sums[0]).toMatchObject({ start: 0, end: 2, bytes: 500_000_000, retransmits: 12 });
    expect(first.streams[1]).toMatchObject({ id: 2, start: 0, end: 2, bytes: 250_000_000, tcp: { retransmits: 6 } });
    expect(rest.sums[0]).toMatchObject({ start: 2, end: 3, bytes: 250_000_000 });
    expect(end.type).toBe('end');
  });

  it('passes what is long enough, drops all when none are wanted', () => {
    expect(run(1, three)).toHaveLength(3);
    expect(run(0, [...three, endOf(start)]).map(({ type }) => type)).toEqual(['end']);
  });

  it('adds up what a transport counts, and leaves what it measures as it stood', () => {
    const columns = [
      { key: 'level', title: 'Level', kind: 'level' },
      { key: 'count', title: 'Count', kind: 'count' },
      { key: 'share', title: 'Share', kind: 'share' },
    ] as const;
    const told = [
      { level: 5, count: 7, share: 10 },
      { level: 6, count: 1, share: 20 },
    ];
    const intervals = told.map((statistics, second) => {
      const { streams, sums, ...rest } = intervalOf(start, second);
      const withStatistics = <T>(each: T) => ({ ...each, statistics });
      return { ...rest, streams: streams.map(withStatistics), sums: sums.map(withStatistics) };
    });
    const joined = run(2, [{ ...start, columns }, ...intervals])[1] as IntervalEvent;
    for (const { statistics } of [...joined.streams, ...joined.sums]) {
      expect(statistics).toEqual({ level: 6, count: 8, share: 15 });
    }
    const [first, second] = [intervals[0], intervalOf(start, 1)] as [IntervalEvent, IntervalEvent];
    const lacking = run(2, [{ ...start, columns }, first, second])[1] as IntervalEvent;
    expect(lacking.streams[0]).not.toHaveProperty('statistics');
  });

  it('has no sum where one of the joined lacked it, which would read as a dip', () => {
    const [first, second] = [intervalOf(start, 0), { ...intervalOf(start, 1), sums: [] }];
    for (const events of [
      [first, second],
      [second, first],
    ]) {
      expect(run(2, [...events, endOf(start)])[0]).toMatchObject({ type: 'interval', sums: [] });
    }
  });

  it('gives a late interval its place in time', () => {
    const [joined] = run(2, [intervalOf(start, 1), intervalOf(start, 0), endOf(start)]) as [IntervalEvent];
    expect(joined.streams[0]).toMatchObject({ start: 0, end: 2, bytes: 250_000_000 });
    expect(joined.sums[0]).toMatchObject({ start: 0, end: 2, bytes: 500_000_000 });
  });

  it('never joins omitted seconds with others', () => {
    const joined = run(5, [intervalOf(start, 0, true), ...three, endOf(start)]) as IntervalEvent[];
    expect(joined.slice(0, 2).map((event) => event.sums[0]?.omitted)).toEqual([true, false]);
  });
});
