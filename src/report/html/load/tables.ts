/** The tables of the report. */
import type { Summary } from '../../document/fields.js';
import { type DirectionFigures, isDatagram, type StreamFigures, wayNames } from '../../document/figures.js';
import type { Row, TestDocument } from '../../document/shape.js';
import { count, milliseconds, percent, rate, textOf, UNKNOWN, volume } from '../figures.js';
import { html, type Markup } from '../markup.js';
import { type Column, foldedTable, table } from '../table.js';

interface Total {
  readonly name: string;
  readonly sum: boolean;
  readonly row: Row | undefined;
  readonly side: 'sender' | 'receiver';
}

/** Both ends' counts of each direction, and of each stream where there are several. */
export function totals(document: TestDocument, all: readonly DirectionFigures[]): Markup {
  const rows = all.flatMap((figures) => {
    const streams = figures.streams.length > 1 ? figures.streams.flatMap((each) => totalRows(figures, each)) : [];
    const name = wayNames[figures.direction];
    const sums: Total[] = [
      { name, sum: true, side: 'sender', row: figures.sent },
      { name, sum: true, side: 'receiver', row: figures.received },
    ];
    return [...streams, ...sums];
  });
  const known = (pick: (row: Row) => number | undefined) => rows.some(({ row }) => row && pick(row) !== undefined);
  const columns: Column<Total>[] = [
    { head: 'Direction', cell: ({ name }) => name },
    { head: 'Counted by', cell: ({ side, row }) => (row?.partial ? `${side} (partial)` : side) },
    { head: 'Seconds', cell: ({ row }) => spanText(row) },
    { head: 'Bytes', cell: ({ row }) => textOf(volume(row?.bytes)) },
    { head: 'Rate', cell: ({ row }) => (row?.bytes === undefined ? 'missing' : textOf(rate(row.bits_per_second))) },
    ...(known((row) => row.retransmits)
      ? [{ head: 'Retransmits', cell: ({ row }: Total) => textOf(count(row?.retransmits)) }]
      : []),
  ];
  const isSum = ({ sum }: Total) => sum;
  const counts = table('Counts of both ends', columns, rows, isSum);
  if (!isDatagram(document)) return html`${counts}${statisticsTable(document, all)}`;
  const received = rows.filter(({ side }) => side === 'receiver');
  const seen = table('Packets', packetColumns, received, isSum);
  return html`${counts}<h3>Packets, as their receiver saw them</h3>${seen}${statisticsTable(document, all)}`;
}

const packetColumns: readonly Column<Total>[] = [
  { head: 'Direction', cell: ({ name }) => name },
  { head: 'Jitter', cell: ({ row }) => textOf(milliseconds(row?.jitter_ms)) },
  { head: 'Lost', cell: ({ row }) => lossText(row) },
  { head: 'Out of order', cell: ({ row }) => textOf(count(row?.out_of_order)) },
  { head: 'Duplicates', cell: ({ row }) => textOf(count(row?.duplicates)) },
];

export function lossText(row: Row | undefined): string {
  if (row?.lost_packets === undefined || row.packets === undefined) return textOf(UNKNOWN);
  return `${textOf(count(row.lost_packets))} of ${textOf(count(row.packets))} (${textOf(percent(row.lost_percent))})`;
}

/** What the transport tells of the ways that this end sends; undefined where that is nothing. */
function statisticsTable({ start }: TestDocument, all: readonly DirectionFigures[]): Markup | undefined {
  const columns = start.statistics_columns ?? [];
  const rows = all.filter(({ sent, streams }) => (sent?.statistics ?? streams[0]?.received?.statistics) !== undefined);
  if (columns.length === 0 || rows.length === 0) return undefined;
  const figure = (value: number | undefined) =>
    value === undefined ? UNKNOWN.value : `${Number(value.toPrecision(4))}`;
  const shown = table<DirectionFigures>(
    'Of the transport',
    [
      { head: 'Direction', cell: ({ direction }) => wayNames[direction] },
      ...columns.map(({ key, title, unit, kind }) => ({
        head: headOf(title, kind === 'share' ? '%' : unit),
        cell: ({ sent, streams }: DirectionFigures) =>
          figure((sent?.statistics ?? streams[0]?.received?.statistics)?.[key]),
      })),
    ],
    rows,
  );
  return html`<h3>What ${start.transport ?? 'the transport'} tells, where this end sends</h3>${shown}`;
}

function headOf(title: string, unit: string | undefined): string {
  return unit === undefined || title.endsWith(unit) ? title : `${title}, ${unit}`;
}

function totalRows({ direction }: DirectionFigures, { id, sent, received: got }: StreamFigures): Total[] {
  const name = `${wayNames[direction]}, stream ${id}`;
  return [
    ...(sent ? [{ name, sum: false, side: 'sender', row: sent } as const] : []),
    { name, sum: false, side: 'receiver', row: got },
  ];
}

function spanText(row: Row | undefined): string {
  if (row?.start === undefined || row.end === undefined) return textOf(UNKNOWN);
  return `${row.start.toFixed(2)}\u2013${row.end.toFixed(2)}`;
}

/** Round trips idle and loaded; undefined where none were measured. */
export function latencyTable({ end: { latency } }: TestDocument): Markup | undefined {
  if (!latency) return undefined;
  const { idle, loaded_up: up, loaded_down: down, queue_up: queueUp, queue_down: queueDown } = latency;
  const both = up !== undefined && down !== undefined;
  const named: (readonly [string, Summary | undefined])[] = [
    ['Idle', idle],
    ...(both ? ([['Loaded both ways', up]] as const) : []),
    ...(!both && up ? ([['Loaded up', up]] as const) : []),
    ...(!both && down ? ([['Loaded down', down]] as const) : []),
    ['Of it queued up', queueUp],
    ['Of it queued down', queueDown],
  ];
  const rows = named.flatMap(([name, summary]) => (summary ? [{ name, ...summary }] : []));
  if (rows.length === 0) return undefined;
  type Trips = (typeof rows)[number];
  const ms = (head: string, pick: (row: Trips) => number): Column<Trips> => ({
    head,
    cell: (row) => textOf(milliseconds(pick(row))),
  });
  return table<Trips>(
    'Round trips',
    [
      { head: 'Load', cell: ({ name }) => name },
      ms('Median', (row) => row.median_ms),
      ms('95 %', (row) => row.p95_ms),
      ms('99 %', (row) => row.p99_ms),
      ms('Min', (row) => row.min_ms),
      ms('Max', (row) => row.max_ms),
      { head: 'Pings', cell: ({ samples }) => textOf(count(samples)) },
    ],
    rows,
  );
}

/** What the chart was drawn from. */
export function intervalTable(document: TestDocument, all: readonly DirectionFigures[]): Markup | undefined {
  const rows = all.flatMap(({ direction, intervals }) => intervals.map((row) => ({ direction, row })));
  if (rows.length === 0) return undefined;
  const packets = isDatagram(document);
  type Shown = (typeof rows)[number];
  const columns: Column<Shown>[] = [
    { head: 'Seconds', cell: ({ row }) => spanText(row) },
    ...(all.length > 1 ? [{ head: 'Direction', cell: ({ direction }: Shown) => wayNames[direction] }] : []),
    { head: 'Bytes', cell: ({ row }) => textOf(volume(row.bytes)) },
    { head: 'Rate', cell: ({ row }) => textOf(rate(row.bits_per_second)) },
    ...(rows.some(({ row }) => row.retransmits !== undefined)
      ? [{ head: 'Retransmits', cell: ({ row }: Shown) => textOf(count(row.retransmits)) }]
      : []),
    ...(packets
      ? [
          { head: 'Jitter', cell: ({ row }: Shown) => textOf(milliseconds(row.jitter_ms)) },
          { head: 'Lost', cell: ({ row }: Shown) => lossText(row) },
        ]
      : []),
  ];
  return foldedTable('Intervals', 'The intervals as a table', columns, rows);
}

/** This end and the far one beside each other. */
export function endsTable({ start, end }: TestDocument): Markup {
  const isServer = start.role === 'server';
  const [client, server] = isServer ? ['client', 'server (this end)'] : ['client (this end)', 'server'];
  const [here, there] = [start.version, start.peer_software ?? textOf(UNKNOWN)];
  const cpu = end.cpu_utilization_percent ?? {};
  const use = (total?: number, user?: number, system?: number) =>
    total === undefined
      ? 'missing'
      : `${total.toFixed(0)} % (${(user ?? 0).toFixed(0)} user, ${(system ?? 0).toFixed(0)} system)`;
  const host = use(cpu.host_total, cpu.host_user, cpu.host_system);
  const remote = use(cpu.remote_total, cpu.remote_user, cpu.remote_system);
  const sender = end.sender_tcp_congestion;
  const rows = [
    { name: client, software: isServer ? there : here, cpu: isServer ? remote : host },
    { name: server, software: isServer ? here : there, cpu: isServer ? host : remote },
  ];
  const system = start.system_info === undefined ? '' : ` on ${start.system_info}`;
  const mss = start.tcp_mss ?? start.tcp_mss_default;
  const remarks = [
    `This end: ${start.version}${system}.`,
    ...(sender === undefined
      ? []
      : [`Congestion control: ${sender} (sender), ${end.receiver_tcp_congestion ?? 'unknown'} (receiver).`]),
    ...(mss === undefined ? [] : [`TCP segments of at most ${mss} bytes.`]),
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { head: 'End', cell: ({ name = '' }) => name },
    { head: 'Software', cell: ({ software }) => software },
    { head: 'CPU, of one core', cell: (row) => row.cpu },
  ];
  return html`${table('Both ends', columns, rows)}<p class="note">${remarks.join(' ')}</p>`;
}
