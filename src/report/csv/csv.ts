/** A test as rows for a spreadsheet: each interval of each stream, their sums, and the totals. */
import type { Direction } from '../../plan/plan.js';
import { directionsOf, figuresOf, wayOf } from '../document/figures.js';
import type { Row, TestDocument } from '../document/shape.js';

/** `stream` is empty in sums. An empty cell is a figure that is missing, or that this kind of row has not. */
export const csvColumns = [
  ...['row', 'direction', 'stream', 'omitted', 'start_seconds', 'end_seconds', 'bytes', 'bits_per_second'],
  ...['retransmits', 'jitter_ms', 'lost_packets', 'packets', 'lost_percent'],
] as const;

type Kind = 'interval' | 'interval_sum' | 'sent' | 'received' | 'sent_sum' | 'received_sum';

export function csvOf(document: TestDocument): string {
  const lines = [csvColumns.join(','), ...intervalLines(document), ...totalLines(document)];
  return lines.map((line) => `${line}\n`).join('');
}

function intervalLines(document: TestDocument): string[] {
  const [first = 'up', second = 'down'] = directionsOf(document);
  return document.intervals.flatMap(({ streams, sum, sum_bidir_reverse: reverse }) => [
    ...streams.map((row) => csvLine('interval', wayOf(document, row), row)),
    ...(sum ? [csvLine('interval_sum', first, sum)] : []),
    ...(reverse ? [csvLine('interval_sum', second, reverse)] : []),
  ]);
}

function totalLines(document: TestDocument): string[] {
  return figuresOf(document).flatMap(({ direction, streams, sent, received }) => [
    ...streams.flatMap((stream) => [
      ...(stream.sent ? [csvLine('sent', direction, stream.sent)] : []),
      ...(stream.received ? [csvLine('received', direction, stream.received)] : []),
    ]),
    ...(sent ? [csvLine('sent_sum', direction, sent)] : []),
    ...(received ? [csvLine('received_sum', direction, received)] : []),
  ]);
}

function csvLine(kind: Kind, direction: Direction, row: Row): string {
  const { socket, omitted, start, end, bytes, bits_per_second: rate, retransmits } = row;
  // A sender knows neither jitter nor loss, where iperf3's keys have a 0.
  const isSent = kind === 'sent' || kind === 'sent_sum';
  const {
    jitter_ms: jitter,
    lost_packets: lost,
    packets,
    lost_percent: percent,
  } = isSent ? { packets: row.packets } : row;
  const figures = [start, end, bytes, rate, retransmits, jitter, lost, packets, percent];
  const isInterval = kind === 'interval' || kind === 'interval_sum';
  const cells = [kind, direction, socket ?? '', isInterval ? Number(omitted ?? false) : '', ...figures];
  return cells.map((cell) => cell ?? '').join(',');
}
