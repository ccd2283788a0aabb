/**
 * What a test tells the world, in the order start, (interval | progress | notice)*, end or error. The engine emits
 * events; reporters, the library's async iterable and the server's log only listen. Everything here is plain data.
 *
 * Directions are named from the client: `up` is client to server. A stream is one connection; in a bidirectional test
 * each stream appears once for each direction.
 */
import type { WperfError } from '../errors.js';
import type { FailedCheck } from '../measure/checks.js';
import type { LatencyReport } from '../measure/latency/latency.js';
import type { Pacing } from '../measure/packets/pacing.js';
import type { PacketTotals } from '../measure/packets/packets.js';
import type { Span } from '../measure/span.js';
import type { StatisticColumn, Statistics } from '../measure/statistics.js';
import type { LoadReader, SocketFacts, SocketSettings, TcpSample, TcpTotals } from '../measure/tcp.js';
import type { CpuUse } from '../measure/usage.js';
import type { Direction, Simulation, SocketWishes, TestPlan } from '../plan/plan.js';
import type { PeerAddress } from './peer.js';

/** IP addresses, and ports. */
export interface ConnectionEnds {
  readonly localHost: string;
  readonly localPort: number;
  readonly remoteHost: string;
  readonly remotePort: number;
}

export interface StreamInfo extends ConnectionEnds {
  /** 1 to the number of streams. */
  readonly id: number;
}

/** Simulated conditions: what was asked for, and what came of it. */
export interface SimulationReport {
  readonly configured: Simulation;
  /** Null is what was not measured, or not at this end. */
  readonly measured: {
    /** Both ends delay what they send, so twice the latency and what the path itself takes; of the original one end alone. */
    readonly rttMs: number | null;
    /** Of messages of load or of pings. */
    readonly lossPercent: number | null;
    /** Of a message of load. */
    readonly blockBytes: number | null;
    readonly local: SocketSettings;
    readonly remote: SocketSettings | null;
  };
}

/** Options of the first stream's socket: what was asked for, and what came of it. */
export interface SocketReport {
  readonly asked: SocketWishes;
  /** At this end, whether asked for or not. */
  readonly local: SocketFacts;
  /** Null where the far end was asked for nothing, or is not this end's to ask. */
  readonly remote: SocketFacts | null;
}

export interface RttSummary {
  readonly samples: number;
  readonly minMs: number;
  readonly avgMs: number;
  readonly maxMs: number;
}

/** Of another program: the original wperf, or iperf3. */
export type ForeignDialect = 'legacy' | 'iperf3';

export interface StartEvent {
  readonly type: 'start';
  readonly role: 'client' | 'server';
  /** 32 hexadecimal digits that tie a test's streams together. */
  readonly session: string;
  /** Wall clock, milliseconds since 1970. For time stamps only. */
  readonly wallMs: number;
  /** At the client: the host and port asked for. At the server: the client's address. */
  readonly peer: PeerAddress;
  /** The peer's software and version, stripped of control characters, e.g. `wperf 1.0.0`. */
  readonly peerSoftware: string;
  /** As granted by the server. */
  readonly test: TestPlan;
  readonly streams: readonly StreamInfo[];
  /** Absent at the server and where no round trip could be measured. */
  readonly rtt?: RttSummary;
  /** Maximum segment size, where the kernel tells. */
  readonly mss?: number;
  /** What carries the load, e.g. `websocket`. */
  readonly transport: string;
  readonly secure: boolean;
  /** What the transport tells of each stream that this end sends, beside what is told of all; absent where nothing. */
  readonly columns?: readonly StatisticColumn[];
  /** In a datagram test: packets of the network, or messages in a stream that stand for them. */
  readonly packets?: 'real' | 'simulated';
  /** The longest datagrams that passed, each way, in payload bytes; where that was asked for. */
  readonly probed?: { readonly upBytes: number; readonly downBytes: number | null };
  /** At the client, the proxy that it goes through: its URL without credentials. */
  readonly proxy?: string;
  /**
   * What the peer speaks, where that is not wperf.v1. The original wperf tells neither how long it will send nor what it
   * counted, iperf3 what it counted in the end alone.
   */
  readonly dialect?: ForeignDialect;
  readonly simulation?: SimulationReport;
  readonly socket: SocketReport;
  /** Where received load ends, in each direction as far as its receiver tells; absent in a datagram test. */
  readonly readers?: { readonly [direction in Direction]?: LoadReader };
  /** Given with `--title` and `--extra-data`. */
  readonly title?: string;
  readonly extraData?: string;
}

/** One direction of a stream, or of all of them. */
interface OneWay {
  readonly direction: Direction;
  /** True where this end sends the payload. Bytes are the receiver's count in either case, unless `senderCount` says otherwise. */
  readonly sender: boolean;
  /** In a datagram test, what the receiver made of its packets; absent when its figures did not arrive in time. */
  readonly packets?: PacketTotals;
  /** What the transport tells at the end that sends, by the keys of its columns. */
  readonly statistics?: Statistics;
}

interface Interval extends OneWay, Span {
  readonly omitted: boolean;
  /** The bytes are the sender's count after all: the far side reports none. */
  readonly senderCount?: boolean;
  /** In a datagram test, how many packets went, where the bytes are the sender's. */
  readonly sentPackets?: number;
}

export interface StreamInterval extends Interval {
  readonly id: number;
  /** Retransmissions within this interval, with the other kernel figures at its end. Only where this end sends. */
  readonly tcp?: TcpSample;
}

export interface IntervalSum extends Interval {
  readonly retransmits?: number;
}

/** One interval of every stream; streams are matched by their own clocks, never by order of arrival. */
export interface IntervalEvent {
  readonly type: 'interval';
  /** All of one direction before the other, `up` first; within a direction by id. */
  readonly streams: readonly StreamInterval[];
  /** One for each direction of the test, `up` first. */
  readonly sums: readonly IntervalSum[];
}

/** One stream in one direction over the whole test. */
export interface StreamResult extends OneWay {
  readonly id: number;
  /** The sender's count: bytes that its kernel took. Null when the far side's figure did not arrive in time. */
  readonly sent: Span | null;
  /** The receiver's count: the result. Null when the far side's figure did not arrive in time. */
  readonly received: Span | null;
  /** True when `received` is the far side's last interval report, because its final count did not arrive in time. */
  readonly partial: boolean;
  /** Of a sender at a given rate; absent when its figures did not arrive in time. */
  readonly pacing?: Pacing;
  /** Of the sending end; absent where its kernel does not tell. */
  readonly tcp?: TcpTotals;
}

/** Null is the sum of spans of which one is missing. */
export interface DirectionSum extends OneWay, Pick<StreamResult, 'sent' | 'received' | 'partial'> {
  readonly retransmits?: number;
}

export interface EndEvent {
  readonly type: 'end';
  readonly streams: readonly StreamResult[];
  /** One for each direction of the test, `up` first. */
  readonly sums: readonly DirectionSum[];
  readonly cpu: { readonly local: CpuUse; readonly remote: CpuUse | null };
  readonly congestion?: { readonly sender?: string; readonly receiver?: string };
  /** At the client, where latency was measured. */
  readonly latency?: LatencyReport;
  readonly simulation?: SimulationReport;
  /** True when Ctrl-C, or the peer's wish, ended the test before its time. */
  readonly interrupted: boolean;
  /** Doubts about the figures: a saturated event loop, a missing count. Whole sentences. */
  readonly warnings: readonly string[];
  /** Bounds that the user set and the figures broke; absent where none were set. */
  readonly failedChecks?: readonly FailedCheck[];
  /** The server's own report, when asked for with `--get-server-output`. */
  readonly serverOutput?: string;
  /** The same of a server that reports in JSON to whom it asks; there is one of the two. */
  readonly serverOutputJson?: Readonly<Record<string, unknown>>;
}

/** Where a running test is, for a live display; several a second. Counts are this end's own. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly seconds: number;
  /** Of the whole test, 0 to 1. */
  readonly fraction: number;
  /** Current rate by direction, of the receiver where it is this end, else of the sender. */
  readonly rates: readonly { readonly direction: Direction; readonly bitsPerSecond: number }[];
  /** Round trips beside the load as they stand, where they are measured. */
  readonly latencyMs?: number;
}

export interface NoticeEvent {
  readonly type: 'notice';
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** The last event of a test that failed. */
export interface ErrorEvent {
  readonly type: 'error';
  readonly error: WperfError;
  /** What was measured until then, where the test had begun. */
  readonly partial?: EndEvent;
}

export type TestEvent = StartEvent | IntervalEvent | ProgressEvent | NoticeEvent | EndEvent | ErrorEvent;
