/** The rows of the text report, for intervals and for totals. */
import type { PacketTotals } from '../../../measure/packets/packets.js';
import { bitsPerSecond, type Span } from '../../../measure/span.js';
import type { StatisticColumn, Statistics } from '../../../measure/statistics.js';
import type { TcpSample } from '../../../measure/tcp.js';
import type { Direction, RateUnit } from '../../../plan/plan.js';
import { bytesText, rateFigure } from '../format.js';
import { type Column, Table } from '../table.js';
import { jitterText, lossText } from './packets.js';

export interface RowOptions {
  readonly width: number | undefined;
  readonly unit: RateUnit | undefined;
  readonly role: 'client' | 'server';
  /** Show which way each line goes. */
  readonly bidir: boolean;
  /** Show jitter and loss. */
  readonly packets: boolean;
  /** Show what the kernel tells of retransmissions. */
  readonly retransmits: boolean;
  /** Show what the kernel tells of the window. */
  readonly window: boolean;
  /** What else the transport tells. */
  readonly columns: readonly StatisticColumn[];
  /** The last second that any line may show. */
  readonly lastSecond: number;
  /** Room kept for what a line is marked with. */
  readonly noteWidth: number;
}

export interface Row {
  readonly id: number | 'SUM';
  readonly direction: Direction;
  readonly sender: boolean;
  /** Null where the figure is missing. */
  readonly span: Span | null;
  readonly packets?: PacketTotals | undefined;
  /** Where no receiver tells more. */
  readonly sentPackets?: number | undefined;
  readonly retransmits?: number | undefined;
  readonly tcp?: TcpSample | undefined;
  readonly statistics?: Statistics | undefined;
  /** `(omitted)`, `sender`, `receiver` and the like. */
  readonly note: string;
}

export class Rows {
  readonly #options: RowOptions;
  readonly #table: Table;

  constructor(options: RowOptions) {
    this.#options = options;
    this.#table = new Table(columnsOf(options), options.width);
  }

  get head(): string {
    return this.#table.head;
  }

  line(row: Row): string {
    const { bidir, packets, retransmits, window, columns, unit } = this.#options;
    const { span, note } = row;
    return this.#table.row([
      row.id === 'SUM' ? '[SUM]' : `[${String(row.id).padStart(3)}]`,
      ...(bidir ? [this.#roleText(row)] : []),
      span ? `${span.start.toFixed(2)}-${span.end.toFixed(2)}` : '',
      span ? 'sec' : '',
      span ? bytesText(span.bytes) : 'missing',
      span ? rateFigure(bitsPerSecond(span), unit) : 'missing',
      ...(packets ? packetCells(row) : []),
      ...(retransmits ? [row.retransmits?.toString() ?? ''] : []),
      ...(window ? [row.tcp ? bytesText(row.tcp.cwndBytes) : ''] : []),
      ...columns.map((column) => statisticText(column, row.statistics?.[column.key])),
      note,
    ]);
  }

  /** As in iperf3: which end this is, and whether it sends. */
  #roleText({ sender }: Row): string {
    return `[${sender ? 'TX' : 'RX'}-${this.#options.role === 'client' ? 'C' : 'S'}]`;
  }
}

/** As in iperf3, the number alone of those whose loss nobody tells. */
function packetCells({ packets, sentPackets }: Row): [jitter: string, lost: string] {
  return packets ? [jitterText(packets), lossText(packets)] : ['', sentPackets?.toString() ?? ''];
}

/** Of rates up to 100 Gbit/s in a unit that is asked for; a unit that fits each figure needs no more than `1.00 Gbits/sec`. */
const rateWidths = { k: 19, m: 16, g: 14, t: 14 } as const;

const STATISTIC_WIDTH = 9;
/** Where a line is too long, the last of them goes first. */
const LEAST_STATISTIC = 4;

/** `1204`, `12.3 ms`, `0.50%`. */
function statisticText({ kind, unit }: StatisticColumn, value: number | undefined): string {
  if (value === undefined) return '';
  if (kind === 'share') return `${value.toFixed(2)}%`;
  const figure = kind === 'count' ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return unit === undefined ? figure : `${figure} ${unit}`;
}

function columnsOf(options: RowOptions): Column[] {
  const { bidir, packets, retransmits, window, columns, unit, lastSecond, noteWidth } = options;
  const aligned = (align: Column['align']) => (head: string, width: number, expendable: number) => ({
    ...{ head, width, align, expendable },
  });
  const [left, right] = [aligned('left'), aligned('right')];
  return [
    left('[ ID]', 5, 0),
    ...(bidir ? [left('[Role]', 6, 0)] : []),
    right('Interval', Math.max(12, 2 * lastSecond.toFixed(2).length + 1), 1),
    left('', 3, 4),
    right('Transfer', 11, 3),
    right('Bitrate', unit === undefined ? 14 : rateWidths[unit], 0),
    ...(packets ? [right('Jitter', 9, 0), left('Lost/Total Datagrams', 20, 0)] : []),
    ...(retransmits ? [right('Retr', 5, 2)] : []),
    ...(window ? [right('Cwnd', 11, 5)] : []),
    ...columns.map(({ title }, i) => right(title, Math.max(title.length, STATISTIC_WIDTH), LEAST_STATISTIC + i)),
    left('', noteWidth, 0),
  ];
}
