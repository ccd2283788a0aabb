/** What a `--ping` run tells, in the order ping-start, (pong | notice)*, ping-end or error. Plain data. */
import type { LatencySummary } from '../measure/latency/percentiles.js';
import type { ConnectionEnds, ErrorEvent, NoticeEvent, SimulationReport, SocketReport } from './load.js';
import type { PeerAddress } from './peer.js';

export interface PingStartEvent {
  readonly type: 'ping-start';
  /** 32 hexadecimal digits. */
  readonly session: string;
  /** Wall clock, milliseconds since 1970. For time stamps only. */
  readonly wallMs: number;
  /** The host and port asked for. */
  readonly peer: PeerAddress;
  /** The ends of the connection; behind a proxy, its address stands for the server's. */
  readonly connection: ConnectionEnds;
  /** Stripped of control characters. */
  readonly peerSoftware: string;
  readonly count: number;
  readonly intervalSeconds: number;
  /** What carries the pings, e.g. `websocket`. */
  readonly transport: string;
  readonly secure: boolean;
  /** The proxy that this end goes through: its URL without credentials. */
  readonly proxy?: string;
  /** The peer is the original wperf. */
  readonly dialect?: 'legacy';
  readonly simulation?: SimulationReport;
  /** Where any option was asked for. */
  readonly socket?: SocketReport;
  readonly title?: string;
}

/** One ping, when its fate is known. */
export interface PongEvent {
  readonly type: 'pong';
  /** From 0, in the order of sending. */
  readonly seq: number;
  /** Null where no answer came. */
  readonly rttMs: number | null;
}

export interface PingRtt extends LatencySummary {
  readonly avgMs: number;
  /** Standard deviation, as in `ping`. */
  readonly mdevMs: number;
}

export interface PingEndEvent {
  readonly type: 'ping-end';
  readonly transmitted: number;
  readonly received: number;
  /** Of those whose fate is known: a ping still out when the run was interrupted is neither. */
  readonly lossPercent: number;
  /** Null where no answer came. */
  readonly rtt: PingRtt | null;
  readonly simulation?: SimulationReport;
  /** True when Ctrl-C, or a failure, came before the last ping. */
  readonly interrupted: boolean;
}

export interface PingErrorEvent extends Pick<ErrorEvent, 'type' | 'error'> {
  /** What was measured until then, where any ping was sent. */
  readonly partial?: PingEndEvent;
}

export type PingEvent = PingStartEvent | PongEvent | NoticeEvent | PingEndEvent | PingErrorEvent;

/** At a server, when a client has ended its pings. The round trips are known to the client alone. */
export interface PingsServedEvent
  extends Pick<PingStartEvent, 'session' | 'peerSoftware' | 'transport' | 'secure' | 'dialect'> {
  readonly type: 'pings-served';
  /** Wall clock at their beginning, milliseconds since 1970. */
  readonly wallMs: number;
  /** The client's address. */
  readonly peer: PeerAddress;
  readonly answered: number;
  readonly seconds: number;
  /** True when the server was stopped before the client was done. */
  readonly interrupted: boolean;
}
