/** What a reader needs of the document of `--ping -J`, each field checked. A server's has no round trips. */
import { type Checked, flag, integer, list, optional, record } from '../../protocol/shape.js';
import {
  connection,
  count,
  figure,
  guest,
  most,
  outcome,
  place,
  simulation,
  summaryFields,
  timestamp,
  version,
  words,
} from './fields.js';

const start = record({
  version,
  system_info: optional(words),
  timestamp: optional(timestamp),
  connected: optional(list(connection, 1)),
  connecting_to: optional(place),
  accepted_connection: optional(guest),
  cookie: optional(words),
  test_parameters: optional(record({ count: optional(count), interval: optional(figure) })),
  transport: optional(words),
  secure: optional(flag),
  proxy: optional(words),
  peer_software: optional(words),
  dialect: optional(words),
  simulation: optional(simulation),
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
