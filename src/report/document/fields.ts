/** What fields of documents are checked by, whatever the document is of: the file may be anybody's. */
import { type Checked, flag, integer, line, list, matching, number, optional, record } from '../../protocol/shape.js';

export const most = {
  lineCharacters: 8192,
  outputCharacters: 1024 * 1024,
  outputLevels: 32,
  /** A day by tenths of a second. */
  intervals: 864_000,
  streams: 256,
  lines: 10_000,
  columns: 64,
  samples: 100_000,
  pings: 1_000_000,
  routes: 64,
  hops: 255,
  /** Of one hop. */
  addresses: 64,
  rtts: 1000,
} as const;

/** Beyond all that was ever measured, and far from where sums and products of them end. */
export const figure = number(0, 1e18);
export const time = number(0, 1e9);
export const count = integer(0, Number.MAX_SAFE_INTEGER);
export const words = line(most.lineCharacters);
export const lines = list(words, most.lines);
export const moment = number(-1e9, 1e9);

export const summaryFields = {
  samples: count,
  min_ms: figure,
  median_ms: figure,
  p95_ms: figure,
  p99_ms: figure,
  max_ms: figure,
};
export const summary = record(summaryFields);

export type Summary = Checked<typeof summary>;

const version = matching(/^wperf [\w.+-]{1,64}$/, 'the version of wperf that wrote it, such as wperf 1.0.0');

/** When it was, and between whom. */
export const timestamp = record({ timemillisecs: integer(0, 8.64e15) });
const place = record({ host: words, port: count });
const guest = record({ host: words, port: optional(count), by_proxy: optional(words) });

const simulation = record({
  configured: record({
    latency_ms: optional(figure),
    jitter_ms: optional(figure),
    loss_percent: optional(figure),
    mtu: optional(count),
    sndbuf: optional(count),
    rcvbuf: optional(count),
    tcp_nodelay: optional(flag),
    seed: optional(count),
  }),
});

/** How a run of tests or pings began, whatever it measured. */
export const beginning = {
  version,
  system_info: optional(words),
  timestamp: optional(timestamp),
  connecting_to: optional(place),
  accepted_connection: optional(guest),
  cookie: optional(words),
  transport: optional(words),
  secure: optional(flag),
  proxy: optional(words),
  peer_software: optional(words),
  dialect: optional(words),
  simulation: optional(simulation),
};

/** What whoever ran it was told, and what became of it. */
export const outcome = {
  error: optional(words),
  error_code: optional(words),
  notes: optional(lines),
};

/** The ends of a connection. */
export const connection = record({ local_host: words, local_port: count, remote_host: words, remote_port: count });
