/**
 * What a reader needs of the document of `-J`, each field checked: the file may be anybody's. What it does not need is
 * passed over, so that documents of later versions can be read.
 */
import {
  type Checked,
  flag,
  foreignObject,
  integer,
  list,
  oneOf,
  optional,
  record,
  type Shape,
  ShapeError,
  text,
} from '../../protocol/shape.js';
import { beginning, connection, count, figure, lines, moment, most, outcome, summary, time, words } from './fields.js';
import { anyRoute } from './route-shape.js';

/** What a transport of the user's tells, by names of its own. */
const tally: Shape<Readonly<Record<string, number>>> = (value, field) => {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const isGood = entries.length <= most.columns && entries.every(([, each]) => Number.isFinite(each));
  if (isGood && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, number>;
  throw new ShapeError(field, `an object of at most ${most.columns} numbers`);
};
const column = record({ key: words, title: words, kind: words, unit: optional(words) });

/** What an interval and a total have in common; figures that are missing are absent. */
const row = record({
  socket: optional(count),
  start: optional(time),
  end: optional(time),
  bytes: optional(count),
  bits_per_second: optional(figure),
  sender: optional(flag),
  omitted: optional(flag),
  sender_count: optional(flag),
  statistics: optional(tally),
  partial: optional(flag),
  retransmits: optional(count),
  jitter_ms: optional(figure),
  lost_packets: optional(count),
  packets: optional(count),
  lost_percent: optional(figure),
  out_of_order: optional(count),
  duplicates: optional(count),
});

export type Row = Checked<typeof row>;

const interval = record({
  streams: list(row, most.streams),
  sum: optional(row),
  sum_bidir_reverse: optional(row),
});

const trip = record({
  ...{ seconds: moment, rtt_ms: optional(figure) },
  ...{ queue_up_ms: optional(figure), queue_down_ms: optional(figure) },
});
export type Trip = Checked<typeof trip>;

const samples = record({
  idle_ms: list(figure, most.samples),
  loaded: list(trip, most.samples),
  one_of: integer(1, Number.MAX_SAFE_INTEGER),
});

const latency = record({
  idle: optional(summary),
  loaded_up: optional(summary),
  loaded_down: optional(summary),
  queue_up: optional(summary),
  queue_down: optional(summary),
  bufferbloat_ms: optional(figure),
  grade: optional(oneOf('A+', 'A', 'B', 'C', 'D', 'F')),
  rpm: optional(figure),
  samples: optional(samples),
});

export type Latency = Checked<typeof latency>;

const failedCheck = record({
  check: oneOf('rate', 'latency', 'loss'),
  direction: oneOf('up', 'down', 'both'),
  figure: optional(figure),
  bound: figure,
});

const test = record({
  protocol: oneOf('TCP', 'UDP'),
  num_streams: count,
  blksize: count,
  omit: figure,
  duration: figure,
  bytes: count,
  reverse: integer(0, 1),
  bidir: integer(0, 1),
  interval: optional(figure),
  target_bitrate: figure,
});

export type TestFacts = Checked<typeof test>;

const start = record({
  ...beginning,
  connected: list(connection, most.streams),
  tcp_mss_default: optional(count),
  tcp_mss: optional(count),
  test_start: optional(test),
  packets: optional(oneOf('real', 'simulated')),
  longest_datagram: optional(record({ up: count, down: count })),
  role: optional(oneOf('client', 'server')),
  statistics_columns: optional(list(column, most.columns)),
  rtt_ms: optional(record({ samples: count, min: figure, avg: figure, max: figure })),
});

const use = optional(figure);
const end = record({
  streams: optional(
    list(record({ sender: optional(row), receiver: optional(row), udp: optional(row) }), 2 * most.streams),
  ),
  sum_sent: optional(row),
  sum_received: optional(row),
  sum_sent_bidir_reverse: optional(row),
  sum_received_bidir_reverse: optional(row),
  cpu_utilization_percent: optional(
    record({
      ...{ host_total: use, host_user: use, host_system: use },
      ...{ remote_total: use, remote_user: use, remote_system: use },
    }),
  ),
  sender_tcp_congestion: optional(words),
  receiver_tcp_congestion: optional(words),
  latency: optional(latency),
  interrupted: optional(flag),
  warnings: optional(lines),
  failed_checks: optional(list(failedCheck, most.lines)),
});

export const testDocument = record({
  title: optional(words),
  start,
  intervals: list(interval, most.intervals),
  end,
  ...outcome,
  extra_data: optional(words),
  server_output_text: optional(text(most.outputCharacters)),
  server_output_json: optional(foreignObject(most.outputLevels)),
  /** Put beside it later. */
  routes: optional(list(anyRoute, most.routes)),
});

export type TestDocument = Checked<typeof testDocument>;
