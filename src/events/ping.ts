/** What a `--ping` run tells, in the order ping-start, (pong | notice)*, ping-end or error. Plain data. */
import type { LatencySummary } from '../measure/latency/percentiles.js';
import type { ConnectionEnds, ErrorEvent, NoticeEvent, SimulationReport, SocketReport, StartEvent } from './load.js';
import type { PeerAddress } from './peer.js';

export interface PingStartEvent
  extends Pick<StartEvent, 'session' | 'wallMs' | 'peer' | 'peerSoftware' | 'transport' | 'secure' | 'proxy'>,
    Pick<StartEvent, 'simulation' | 'title'> {
  readonly type: 'ping-start';
  /** The ends of the connection; behind a proxy, its address stands for the server's. */
  readonly connection: ConnectionEnds;
  readonly count: number;
  readonly intervalSeconds: number;
  /** The peer is the original wperf. */
  readonly dialect?: 'legacy';
  /** Where any option was asked for. */
  readonly socket?: SocketReport;
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
