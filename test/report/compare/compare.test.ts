import { describe, expect, it } from 'vitest';
import type { TestEvent } from '../../../src/events/load.js';
import { comparisonOf } from '../../../src/report/compare/compare.js';
import { comparisonJson, comparisonText } from '../../../src/report/compare/shown.js';
import { datagram, latencyOf, packetsOf, readOf, wholeOf } from '../documents.js';
import { endOf, intervalOf, simulation, startOf } from '../fixtures.js';
import { expectComparison } from '../schema.js';

/** A test up with intervals of so many megabytes, a second each; its rate is their mean. */
function runOf(name: string, megabytes: readonly number[], more: Parameters<typeof startOf>[0] = {}) {
  const start = startOf({ seconds: megabytes.length, ...more });
  const bytes = 1e6 * megabytes.reduce((sum, each) => sum + each, 0);
  const events: TestEvent[] = [
    start,
    ...megabytes.map((each, second) => {
      const interval = intervalOf(start, second);
      return { ...interval, sums: interval.sums.map((sum) => ({ ...sum, bytes: 1e6 * each })) };
    }),
    endOf(start, { latency: latencyOf('up') }),
  ];
  const document = readOf(events).checked;
  const received = { start: 0, end: megabytes.length, bytes, bits_per_second: (8 * bytes) / megabytes.length };
  return { name, document: { ...document, end: { ...document.end, sum_received: received } } };
}

describe('a comparison', () => {
  const steady = runOf('a.json', [100, 101, 99, 100]);

  it.each([
    ['beyond', [90, 91, 89, 90], true],
    ['within', [99, 101, 100, 100], false],
    ['within', [40, 160, 20, 140], false],
  ])('says that a change is %s the spread of the intervals: %j', (word, megabytes, beyond) => {
    const comparison = comparisonOf([steady, runOf('b.html', megabytes)]);
    const rate = comparison.against[0]?.differences.find(({ metric }) => metric === 'rate');
    expect(rate).toMatchObject({ direction: 'up', beyondSpread: beyond, first: { value: 8e8 } });
    expect(comparisonText(comparison)).toMatch(
      new RegExp(`Upload, rate .* ${word} their own spread \\(5\\.66 Mbits/sec, `),
    );
  });

  it('leaves out what cannot be told', () => {
    const short = comparisonOf([steady, runOf('b', [90, 91])]);
    expect(short.against[0]?.differences[0]).toMatchObject({ beyondSpread: null, change: -76e6, percent: -9.5 });
    expect(comparisonText(short)).toContain('their own spread is not known');
    const otherWay = comparisonOf([steady, runOf('b', [90], { direction: 'down' })]);
    expect(otherWay.against[0]?.differences[0]).toMatchObject({
      direction: 'up',
      change: null,
      other: { value: null },
    });
  });

  it('passes over an interval that varies for being short', () => {
    const start = runOf('a', [100, 100, 100]);
    const [first] = start.document.intervals;
    const tail = { ...first, streams: [], sum: { start: 3, end: 3.1, bytes: 1, bits_per_second: 80, sender: true } };
    const run = { ...start, document: { ...start.document, intervals: [...start.document.intervals, tail] } };
    expect(comparisonOf([run, run]).against[0]?.differences[0]).toMatchObject({ first: { spread: 0 } });
  });

  it('has what each way queued where both are loaded', () => {
    const start = startOf({ direction: 'bidir' });
    const run = { name: 'a', document: readOf(wholeOf(start)).checked };
    const whole = comparisonOf([run, run]);
    expect(whole.against[0]?.differences.map(({ direction, metric }) => `${direction} ${metric}`)).toEqual([
      ...['up rate', 'up loaded_latency', 'up queued_latency'],
      ...['down rate', 'down loaded_latency', 'down queued_latency'],
    ]);
    expect(whole.against[0]?.differences[2]).toMatchObject({ first: { value: 50.5 }, change: 0, beyondSpread: false });
    expectComparison(JSON.parse(comparisonJson(whole)));
  });

  it('is in lines of their own where a table does not fit', () => {
    const text = comparisonText(comparisonOf([steady, runOf('b.html', [90, 91, 89, 90])]), 40);
    expect(text).toContain(`
Upload, rate:
  A 800 Mbits/sec
  B 720 Mbits/sec
  -80.0 Mbits/sec (-10%)
  beyond their own spread (5.66 Mbits/sec, 5.66 Mbits/sec)
`);
  });

  it('notes what else differs between the tests', () => {
    const text = comparisonText(comparisonOf([steady, runOf('b', [90, 91, 92, 93], { streams: 4 })]));
    expect(text).toContain('note: the tests differ in streams: 1, 4');
    expect(text).toMatch(/^A: a\.json: Throughput up to server\.example:8765, 2026-01-02 03:04:05 UTC\nB: b: /);
  });

  it('notes that tests have other lengths, and what was simulated in one of them', () => {
    const starts = [startOf({ omitSeconds: 2 }), startOf({ bytes: 1e6 }), { ...startOf(), simulation }];
    const runs = starts.map((start, index) => ({ name: `${index}`, document: readOf(wholeOf(start)).checked }));
    expect(comparisonOf(runs).notes).toEqual([
      'the tests differ in length: 2 s, 2 s or 1000000 B, 2 s',
      'the tests differ in seconds left out: 2, 0, 0',
      'the tests differ in simulated conditions: none, none, latency 50 ms and jitter 5 ms and loss 1 % and MTU 1400 B and send buffer 65536 B and receive buffer 32768 B and no delay of small segments',
    ]);
  });

  it('has loss and jitter of packets, and every other run beside the first', () => {
    const run = (name: string) => ({ name, document: readOf(packetsOf(datagram)).checked });
    const whole = JSON.parse(comparisonJson(comparisonOf([run('a'), run('b'), run('c')])));
    const { compared, differences } = whole;
    expectComparison(whole);
    expectComparison(JSON.parse(comparisonJson(comparisonOf([steady, run('b')]))));
    expect(compared.map(({ file }: { file: string }) => file)).toEqual(['a', 'b', 'c']);
    expect(differences.map((one: Record<string, unknown>) => `${one.file} ${one.metric}`)).toEqual([
      ...['b rate', 'b loss', 'b jitter', 'c rate', 'c loss', 'c jitter'],
    ]);
    expect(differences[1]).toMatchObject({ first: 1.5, other: 1.5, change: 0, unit: 'percent', direction: 'up' });
  });
});
