/** The port of a load test's client: what a dialect does for it. */
import type { WperfError } from '../../errors.js';
import type { ForeignDialect, NoticeEvent, RttSummary, StreamResult } from '../../events/load.js';
import type { Host } from '../../host/host.js';
import type { RoundTripMoments } from '../../measure/latency/queues.js';
import type { LoadReader, SocketFacts } from '../../measure/tcp.js';
import type { ClientPlan, Simulation, TestPlan } from '../../plan/plan.js';
import type { LoadCarrier } from '../../transport/carriage.js';
import type { Channel, Echo } from '../../transport/channel.js';
import type { StreamOutcome } from './stream/figures.js';
import type { StreamLink } from './stream/talk.js';

export interface LoadOpening {
  readonly plan: ClientPlan;
  /** 32 hexadecimal digits that tie the test's streams together. */
  readonly session: string;
  /** Conditions that both ends are to simulate. */
  readonly simulation: Simulation | undefined;
  readonly host: Host;
  /** Absent where the load goes by the connections themselves. */
  readonly carrier?: LoadCarrier | undefined;
  /** The first connection is there already; the others are made at once. What is made is dropped when the test fails. */
  readonly connections: readonly Promise<Greeted>[];
}

/** A connection, and what is to be said on it first. */
export interface Greeted {
  readonly channel: Channel;
  readonly greeting?: Greeting | undefined;
}

export interface Greeting {
  readonly text: string;
  /** The server says that it has had it with the request. */
  readonly isHeard: boolean;
}

export interface ClientStream extends StreamLink {
  readonly id: number;
  /** Of this stream alone, as granted. */
  readonly test: TestPlan;
  /** Round trips on the stream's own connection, before its load; absent where the dialect has none. */
  readonly echo?: Pick<Echo, 'ping'>;
  /** Ends the connection in good order, or without ceremony if that takes longer. Settles when the peer knows the end. */
  close(withinSeconds: number): Promise<void>;
}

/** A connection beside a test that carries pings alone. */
export interface EchoLink {
  /** Settles when the server has agreed to it, with which one that is; rejects with WperfError when it does not. */
  readonly granted: Promise<string | undefined>;
  readonly echo: Pick<Echo, 'ping'>;
  /** Calls `told` with each answer that tells the far end's clock, before its ping is; absent where none does. */
  onMoments?(told: (moments: RoundTripMoments) => void): void;
  /** Calls `lost` once the connection has ended. */
  onEnded(lost: () => void): void;
  close(withinSeconds: number): void;
}

/** A server that has granted a test. */
export interface LoadPeer {
  readonly software: string;
  /** Which server the first stream has reached, as far as it tells. */
  readonly server?: string;
  readonly dialect?: ForeignDialect;
  /** By which both ends know the test, where that is not the session of the opening. */
  readonly session?: string;
  /** Of all streams, as granted. */
  readonly test: TestPlan;
  /** The conditions as granted, with what the far kernel made of them. */
  readonly simulation?: Simulation;
  /** What the far kernel has of the options of the first stream's socket, where any were asked of it. */
  readonly socket?: SocketFacts;
  /** Where the far end's received load ends, as far as it tells. */
  readonly reader?: LoadReader;
  /** Told behind the start. */
  readonly notes: readonly NoticeEvent[];
  readonly streams: readonly ClientStream[];
  /** Called just before the start. Throws the WperfError of a server that has refused meanwhile. */
  checkOpen?(): void;
  /** Round trips before the load, where the streams have no echo. */
  readonly rtt?: RttSummary;
  /** Why the test has failed although its streams came to an end. */
  failure?(): WperfError | undefined;
  /** Bytes that are known to have arrived of what this end sent, whatever the far end has told of them. */
  deliveredBytes?(): number | undefined;
  /** What a failure of the test means in this dialect. */
  explain?(error: WperfError): WperfError;
  /** Doubts over figures that are not there, where the usual ones are not what this dialect means by it. */
  missing?(streams: readonly StreamResult[], outcomes: readonly StreamOutcome[]): string[];
}

export interface LoadDialect {
  /** The first text on a stream's connection, or on the one beside the test, where it can go with the request. */
  greeting?(stream: number | 'beside', opening: Omit<LoadOpening, 'connections'>): string;
  /** Asks for a test on every stream. Rejects with WperfError. */
  open(opening: LoadOpening): Promise<LoadPeer>;
  /** Asks for pings on a connection beside the test; absent where the dialect has none such. */
  openEcho?(connection: Greeted, opening: Omit<LoadOpening, 'connections'>): EchoLink;
}

/** A dialect that makes its connections by itself, and has none beside the test. */
export interface LoneDialect {
  /** Rejects with WperfError. */
  open(opening: Omit<LoadOpening, 'connections' | 'carrier' | 'simulation'>): Promise<LoadPeer>;
  /** Ends all that was opened, what is still being opened included. */
  dropAll(): void;
}
