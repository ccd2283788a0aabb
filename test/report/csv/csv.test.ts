import { expect, it } from 'vitest';
import { csvColumns, csvOf } from '../../../src/report/csv/csv.js';
import { csvReporter } from '../../../src/report/csv/load.js';
import { datagram, packetsOf, readOf, wholeOf } from '../documents.js';
import { endOf, failure, identity, startOf } from '../fixtures.js';
import { Kept } from '../kept.js';

function rowsOf(csv: string) {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  expect(head).toBe(csvColumns.join(','));
  return lines.map((line) => {
    const cells = line.split(',');
    expect(cells).toHaveLength(csvColumns.length);
    return Object.fromEntries(csvColumns.map((name, i) => [name, cells[i]]));
  });
}

it('has a row for each interval of each stream, sums and totals', () => {
  const rows = rowsOf(csvOf(readOf(wholeOf(startOf({ direction: 'bidir', streams: 2 }))).checked));
  const kinds = rows.map(({ row, direction, stream }) => `${row} ${direction} ${stream}`.trim());
  const interval = [
    'interval up 1',
    'interval up 2',
    'interval down 1',
    'interval down 2',
    'interval_sum up',
    'interval_sum down',
  ];
  const total = (way: string) => [
    ...[`sent ${way} 1`, `received ${way} 1`, `sent ${way} 2`, `received ${way} 2`],
    ...[`sent_sum ${way}`, `received_sum ${way}`],
  ];
  expect(kinds).toEqual([...interval, ...interval, ...total('up'), ...total('down')]);
  expect(rows[4]).toMatchObject({
    start_seconds: '0',
    end_seconds: '1',
    bytes: '250000000',
    bits_per_second: '2000000000',
  });
  expect(rows.at(-1)).toMatchObject({ omitted: '', bytes: '500000000', retransmits: '', lost_packets: '' });
});

it('has jitter and loss where there are packets, and none of the sender', () => {
  const rows = rowsOf(csvOf(readOf(packetsOf(datagram)).checked));
  const of = (kind: string) => rows.find(({ row }) => row === kind);
  expect(of('interval')).toMatchObject({ jitter_ms: '0.25', lost_packets: '15', packets: '1000', lost_percent: '1.5' });
  expect(of('received_sum')).toMatchObject({ lost_packets: '15' });
  expect(of('sent_sum')).toMatchObject({ jitter_ms: '', lost_packets: '', lost_percent: '' });
});

it('says beside the rows what went wrong', () => {
  const [out, err] = [new Kept(), new Kept()];
  const reporter = csvReporter(identity, { out, err, columns: () => undefined, color: false });
  reporter.event(failure);
  expect(rowsOf(out.text)).toEqual([]);
  expect(err.text).toBe('wperf: error: server.example:8765 refused the connection: is it there?\n');
});

it('tells beside the rows that a test was ended before its time, of what failed too', () => {
  const start = startOf({});
  const partial = endOf(start, { interrupted: true, warnings: ['Late.'] });
  for (const [last, error] of [
    [partial, ''],
    [{ ...failure, partial }, 'wperf: error: server.example:8765 refused the connection: is it there?\n'],
  ] as const) {
    const out = new Kept();
    const err = new Kept();
    const reporter = csvReporter(identity, { out, err, columns: () => undefined, color: false });
    for (const event of [start, last]) reporter.event(event);
    expect(rowsOf(out.text).at(-1)).toMatchObject({ row: 'received_sum' });
    expect(err.text).toBe(
      `warning: The test was ended before its time; these are the results so far.\nwarning: Late.\n${error}`,
    );
  }
});
