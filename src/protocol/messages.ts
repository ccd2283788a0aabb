/**
 * The control messages of wperf.v1: each is one JSON object in one text frame, told apart by `type`. docs/protocol.md
 * says who may send which, when, and why; this file holds their fields and the range of each.
 */
import { bounds, limits } from '../defaults/index.js';
import {
  atMost,
  type Checked,
  flag,
  hex,
  integer,
  line,
  list,
  matching,
  number,
  numbers,
  oneOf,
  optional,
  record,
  text,
} from './shape.js';
import { traceEndFields, traceHopFields, traceStartFields, traceWish } from './trace-shapes.js';

const kind = <const T extends string>(type: T) => oneOf(type);
const seconds = number(0, limits.seconds.max + limits.omitSeconds.max + 60);
const count = integer(0, limits.bytes.max);
const software = line(64);

/** Payload bytes in a stretch of the receiver's or the sender's own time. */
const spanFields = { start: seconds, end: seconds, bytes: count };
const span = atMost(record(spanFields), 'start', 'end');

const cpu = record({ total: number(0, 1e6), user: number(0, 1e6), system: number(0, 1e6) });

const microseconds = integer(0, 1e12);
const milliseconds = number(0, 1e9);
const tcp = record({
  retransmits: integer(0, 1e12),
  reorder: integer(0, 1e9),
  maxCwndBytes: integer(0, 1e12),
  maxSndWndBytes: integer(0, 1e12),
  maxRttUs: microseconds,
  minRttUs: microseconds,
  meanRttUs: microseconds,
});

/** Of numbered packets, in a stretch of time. */
const packetFigures = {
  packets: count,
  lost: count,
  outOfOrder: count,
  duplicates: count,
  jitterMs: milliseconds,
};
const packetSummary = record({
  ...packetFigures,
  malformed: count,
  /** Above the shortest one-way delay. */
  delay: optional(record({ medianMs: milliseconds, p95Ms: milliseconds, p99Ms: milliseconds, maxMs: milliseconds })),
  /** From one arrival to the next. */
  gaps: optional(record({ medianMs: milliseconds, p99Ms: milliseconds, maxMs: milliseconds })),
  /** Of those lost, packets for which the receiver's socket had no room. */
  socketDrops: optional(count),
});

/** Conditions that each end simulates in what it sends. */
const { latencyMs, jitterMs, lossPercent, mtuBytes, bufferBytes, seed } = limits.simulation;
const simulation = {
  latencyMs: optional(number(latencyMs.min, latencyMs.max)),
  jitterMs: optional(number(jitterMs.min, jitterMs.max)),
  lossPercent: optional(number(lossPercent.min, lossPercent.max)),
  mtuBytes: optional(integer(mtuBytes.min, mtuBytes.max)),
  sndbufBytes: optional(integer(bufferBytes.min, bufferBytes.max)),
  rcvbufBytes: optional(integer(bufferBytes.min, bufferBytes.max)),
  noDelay: optional(flag),
  seed: integer(seed.min, seed.max),
};
/** What a kernel made of the settings. */
const socket = record({
  sndbufBytes: optional(integer(0, 2 ** 32)),
  rcvbufBytes: optional(integer(0, 2 ** 32)),
  noDelay: optional(flag),
});

/** Options of the server's socket, beside those that the client's first segment settles for both ends. */
const { windowBytes, tos, nameCharacters } = limits.socket;
const algorithm = matching(new RegExp(`^[\\w.-]{1,${nameCharacters}}$`), 'the name of an algorithm');
const socketWishes = record({
  windowBytes: optional(integer(windowBytes.min, windowBytes.max)),
  tos: optional(integer(tos.min, tos.max)),
  congestion: optional(algorithm),
  dontFragment: optional(flag),
});
/** What a kernel has of them. */
const socketFacts = record({
  sndbufBytes: optional(integer(0, 2 ** 32)),
  rcvbufBytes: optional(integer(0, 2 ** 32)),
  tos: optional(integer(tos.min, tos.max)),
  mssBytes: optional(integer(0, 2 ** 16)),
  congestion: optional(algorithm),
});

/** Of what carries load in the WebSocket's place. */
const transportName = matching(/^[A-Za-z0-9._-]{1,32}$/, 'the name of a transport');
const transportNumbers = numbers(bounds.transportSettings);

export const messageShapes = {
  /** Client: everything it wants of this stream. */
  hello: record({
    type: kind('hello'),
    software,
    session: hex(16),
    stream: integer(1, limits.streams.max),
    streams: integer(limits.streams.min, limits.streams.max),
    mode: oneOf('throughput', 'datagram', 'ping', 'latency', 'traceroute'),
    direction: oneOf('up', 'down', 'bidir'),
    seconds: number(limits.seconds.min, limits.seconds.max),
    /** No time was asked for: `seconds` is the longest that there may be. */
    untimed: optional(flag),
    /** Of this stream, in each direction. */
    bytes: optional(integer(1, limits.bytes.max)),
    omitSeconds: number(limits.omitSeconds.min, limits.omitSeconds.max),
    blockBytes: integer(limits.blockBytes.min, limits.blockBytes.max),
    bitsPerSecond: number(limits.bitsPerSecond.min, limits.bitsPerSecond.max),
    intervalSeconds: number(0, limits.intervalSeconds.max),
    nonce: hex(16),
    /** True when the client has a token, and so will believe only a server that proves it knows it. */
    token: flag,
    serverOutput: flag,
    /** Received load is to be copied into the receiving process. */
    rxCopy: optional(flag),
    title: optional(line(limits.titleCharacters)),
    extraData: optional(line(limits.titleCharacters)),
    sim: optional(record(simulation)),
    /** What the server is to ask of its kernel for this connection. */
    socket: optional(socketWishes),
    /** What is to carry the load, where that is not this WebSocket. */
    proto: optional(record({ name: transportName, settings: transportNumbers })),
    /** Of mode `traceroute`, which has no target: the route is that back to whoever asks. */
    trace: optional(traceWish),
  }),
  /** Server: prove that you know the token. */
  challenge: record({ type: kind('challenge'), nonce: hex(16) }),
  /** Client: the proof. */
  proof: record({ type: kind('proof'), mac: hex(32) }),
  /** Server: what is granted, and why it differs from what was asked. */
  grant: record({
    type: kind('grant'),
    software,
    /** The server's run, by which a client sees that all its connections reached the same. */
    server: optional(hex(16)),
    seconds: number(limits.seconds.min, limits.seconds.max),
    bytes: optional(integer(1, limits.bytes.max)),
    bitsPerSecond: number(limits.bitsPerSecond.min, limits.bitsPerSecond.max),
    reasons: list(line(256), 8),
    mac: optional(hex(32)),
    /** What both ends simulate, where that was asked, and what it came to at this one. */
    sim: optional(record({ ...simulation, socket })),
    /** What the server's kernel has now, where anything was asked of it. */
    socket: optional(socketFacts),
    /** Where the connection for the load goes, if not to this port, and the key that it must show. */
    proto: optional(record({ key: hex(16), port: optional(integer(1, limits.port.max)) })),
    /** Where load ends that the server counts: dropped by its kernel, or copied into its process. */
    reader: optional(oneOf('kernel', 'process')),
  }),
  /** Client: the connection for the load stands. Server: it has reached the server too. */
  attached: record({
    type: kind('attached'),
    /** Of a message of load, where the transport has settled it. */
    blockBytes: optional(integer(1, limits.blockBytes.max)),
  }),
  /** Client: begin now. */
  start: record({ type: kind('start') }),
  /** Receiver: what arrived in one interval, by its own clock. */
  interval: atMost(
    record({
      type: kind('interval'),
      index: integer(0, 10_000_000),
      omitted: flag,
      ...spanFields,
      packets: optional(atMost(record(packetFigures), 'lost', 'packets')),
    }),
    'start',
    'end',
  ),
  /** Sender, where its transport tells figures of its own: what it knew in an interval of which the receiver has told. */
  sending: record({
    type: kind('sending'),
    index: integer(0, 10_000_000),
    omitted: flag,
    statistics: optional(transportNumbers),
  }),
  /** Sender of packets, behind the last of them: the number that the next would have had. */
  sent: record({ type: kind('sent'), packets: count }),
  /** Either: this end stops now, before its time. */
  end: record({ type: kind('end'), reason: oneOf('interrupted', 'shutdown') }),
  /** Either: this end's final figures. */
  result: record({
    type: kind('result'),
    sent: optional(span),
    received: optional(span),
    /** What the receiver made of packets. */
    packets: optional(atMost(packetSummary, 'lost', 'packets')),
    /** What a paced sender left out of its schedule: blocks, and seconds. */
    pacing: optional(record({ skipped: count, lateSeconds: number(0, limits.seconds.max * 2) })),
    /** What a sender under simulated conditions lost. */
    simulated: optional(record({ messages: count, dropped: count })),
    /** How long this end's process did not run at all. */
    stalledSeconds: optional(seconds),
    /** How long the far end left what reached it unread, as far as a sender of packets knows. */
    unreadSeconds: optional(seconds),
    /** Of what this end sent, datagrams that its own system refused. */
    refusedDatagrams: optional(count),
    cpu,
    /** Share of the test in which this end's event loop was busy, 0 to 1. */
    busy: number(0, 1),
    congestion: optional(line(32)),
    tcp: optional(tcp),
    /** What the transport of the load knows of it at the end that sends. */
    statistics: optional(transportNumbers),
    output: optional(text(bounds.serverOutputBytes)),
  }),
  /** Server: a route back begins. */
  'trace-start': record({ type: kind('trace-start'), ...traceStartFields }),
  /** Server: one hop of it, in order of TTL. */
  'trace-hop': record({ type: kind('trace-hop'), ...traceHopFields }),
  /** Server: the last word about it. */
  'trace-end': record({ type: kind('trace-end'), ...traceEndFields }),
  /** Either, at any time: a round trip for an end that cannot send pings of the WebSocket's own, as a browser. */
  ping: record({ type: kind('ping'), id: integer(0, Number.MAX_SAFE_INTEGER) }),
  /** The answer, at once, and the moment of it by the clock of whoever answers, in milliseconds. */
  pong: record({ type: kind('pong'), id: integer(0, Number.MAX_SAFE_INTEGER), at: optional(number(0, 1e15)) }),
  /** Either: the conversation is over because of this. */
  error: record({ type: kind('error'), code: line(64), message: line(512) }),
} as const;

export type MessageType = keyof typeof messageShapes;
export type MessageOf<T extends MessageType> = Checked<(typeof messageShapes)[T]>;
export type Message = { [T in MessageType]: MessageOf<T> }[MessageType];
export type Hello = MessageOf<'hello'>;
export type Grant = MessageOf<'grant'>;
