/** What a reader needs of the document of `--ping -J`, each field checked. A server's has no round trips. */
import { type Checked, flag, integer, list, optional, record } from '../../protocol/shape.js';
import { beginning, connection, count, figure, most, outcome, summaryFields, words } from './fields.js';

const start = record({
  ...beginning,
  connected: optional(list(connection, 1)),
  test_parameters: optional(record({ count: optional(count), interval: optional(figure) })),
});

const end = record({
  transmitted: optional(count),
  received: optional(count),
  loss_percent: optional(figure),
  rtt: optional(record({ ...summaryFields, avg_ms: figure, mdev_ms: figure })),
  answered: optional(count),
  interrupted: optional(flag),
});

export const pingDocument = record({
  title: optional(words),
  start,
  pings: list(record({ seq: integer(0, 1e9), time_ms: optional(figure) }), most.pings),
  end,
  ...outcome,
});

export type PingDocument = Checked<typeof pingDocument>;
