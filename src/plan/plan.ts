/** What a run is to do: the typed outcome of a command line, and the input of the library. */
import type { Cidr } from '../net/networks.js';

export type Direction = 'up' | 'down';

/** Client to server, server to client, or both at once. */
export type TestDirection = Direction | 'bidir';

/** Where a client connects. `port` and `secure` are already resolved from the URL, `--port` and the defaults. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Path and query of the upgrade request, beginning with `/`. */
  readonly path: string;
}

/**
 * Conditions that each end simulates in what it sends, so that a good path is measured as if it were a worse one. What
 * is absent is left as it is.
 */
export interface Simulation {
  /** Delay of everything sent. */
  readonly latencyMs?: number;
  /** Up to so much more or less of it, evenly spread. */
  readonly jitterMs?: number;
  /** Of messages of load, and of pings. */
  readonly lossPercent?: number;
  /** The largest message of load. */
  readonly mtuBytes?: number;
  /** Buffers of the connection in the kernel. */
  readonly sndbufBytes?: number;
  readonly rcvbufBytes?: number;
  /** Nagle's algorithm off; it always is, but at a server of the original wperf. */
  readonly noDelay?: boolean;
  /** Chance repeats itself under the same seed. */
  readonly seed: number;
}

/** Without a seed, one is chosen. */
export type SimulationPlan = Omit<Simulation, 'seed'> & Partial<Pick<Simulation, 'seed'>>;

/** Options of the sockets of a run. What is absent is left to the kernel. */
export interface SocketWishes {
  /** Of the send and the receive buffer, at both ends. */
  readonly windowBytes?: number;
  /** The octet of type of service or traffic class, in what both ends send. */
  readonly tos?: number;
  /** The largest segment, both ways. */
  readonly mssBytes?: number;
  /** Congestion control algorithm, at both ends. */
  readonly congestion?: string;
  /** Packets of the network go in one piece or not at all, at each end that sends them. */
  readonly dontFragment?: boolean;
  /** Local port of the first stream; the others have those behind it, and a connection beside them has any. */
  readonly localPort?: number;
  /** The only network interface to use. */
  readonly device?: string;
  /** It was named with the address to bind to, for errors. */
  readonly deviceOfBind?: true;
}

/** What is measured; both ends agree on it in the handshake. */
export interface TestPlan {
  /** Bytes as many as get through, or numbered packets at a steady rate. */
  readonly mode: 'throughput' | 'datagram';
  readonly direction: TestDirection;
  readonly streams: number;
  readonly seconds: number;
  /** No time was asked for: `seconds` is no more than the longest that a test may be. */
  readonly untimed?: boolean;
  /** Payload bytes to deliver in each direction over all streams; the first of these and `seconds` ends the test. */
  readonly bytes?: number;
  /** Seconds at the beginning that do not count. */
  readonly omitSeconds: number;
  /** In a datagram test, of a packet. */
  readonly blockBytes: number;
  /** Ceiling of each stream, in a datagram test its rate; 0 is none. */
  readonly bitsPerSecond: number;
  /** 0 is no interval reports. */
  readonly intervalSeconds: number;
  /** The receiver takes load into its process even where its kernel could drop it. */
  readonly rxCopy?: boolean;
}

/** What carries the load in the WebSocket's place. */
export interface ProtoPlan {
  /** A transport of wperf's own, or the path of a module that is one (it has a `/` in it). */
  readonly name: string;
  /** What that transport can be told, by name. */
  readonly settings: Readonly<Record<string, number>>;
}

/** What a test against a server of iperf3 is told beside all others. */
export interface Iperf3Plan {
  readonly login?: {
    readonly username: string;
    readonly password: string;
    /** PEM text of the server's RSA public key. */
    readonly publicKey: string;
  };
  /** Load is the digits again and again, from both ends, and not random bytes. */
  readonly repeatingPayload?: boolean;
  /** How long to try again while the server is busy; 0 unless given. */
  readonly retrySeconds?: number;
}

/** How to reach a server and be let in. */
export interface ConnectionPlan {
  readonly target: Target;
  readonly token?: string;
  readonly family?: 4 | 6;
  /** Local address to connect from. */
  readonly bind?: string;
  readonly connectTimeoutMs: number;
  /** Extra headers of the upgrade request, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** PEM text of certificate authorities to trust instead of the system's. */
  readonly ca?: string;
  readonly insecure: boolean;
  /** Proxy URL (http, https, socks5, socks5h), or nothing for a direct connection. */
  readonly proxy?: string;
  readonly socket?: SocketWishes;
  /** Refuses a server of the original wperf instead of speaking its dialect. */
  readonly noLegacy?: boolean;
  /** Sends the token to a server of the original wperf even where others could read it. */
  readonly legacyToken?: boolean;
}

export interface ClientPlan extends TestPlan, ConnectionPlan {
  readonly title?: string;
  readonly extraData?: string;
  readonly getServerOutput: boolean;
  /** Measure latency during the test, on a connection of its own. */
  readonly latency: boolean;
  /** A server from which nothing at all arrives for so long is lost; `waits.peerSilenceSeconds` unless given. */
  readonly silenceSeconds?: number;
  /** Conditions that both ends are to simulate. */
  readonly simulation?: SimulationPlan;
  readonly proto?: ProtoPlan;
  /** The server is one of iperf3, and spoken to as that; nothing goes by WebSocket then. */
  readonly iperf3?: Iperf3Plan;
}

export interface PingPlan extends ConnectionPlan, Pick<ClientPlan, 'simulation'> {
  readonly count: number;
  /** From one ping to the next; 0 sends each as soon as the one before is answered. */
  readonly intervalSeconds: number;
  readonly title?: string;
}

/** How a server is asked to trace the route back. */
export interface TraceWish {
  /** `inband` probes with segments of the connection itself; `auto` does from where other probes fall silent or come to an end. */
  readonly protocol: 'auto' | 'udp' | 'icmp' | 'tcp' | 'inband';
  readonly maxHops: number;
  readonly firstHop: number;
  /** Probes for each TTL. */
  readonly queries: number;
  readonly timeoutSeconds: number;
  /** Look up the names of hops. */
  readonly names: boolean;
  /** One probe at a time. */
  readonly serial: boolean;
}

export interface ReverseTracePlan extends ConnectionPlan {
  readonly trace: TraceWish;
  /** The server is to say where hops are, as far as it knows. */
  readonly places?: boolean;
}

/** What a server lets its clients have of routes back to them. */
export interface TraceService {
  readonly offered: boolean;
  /** Only for clients that proved the token. */
  readonly authOnly: boolean;
  /** Also for clients whose connection a trusted proxy made. */
  readonly behindProxy: boolean;
  /** Traces at a time. */
  readonly concurrent: number;
  /** How long a result is kept for those who ask again; 0 is not at all. */
  readonly cacheSeconds: number;
  /** Probes of one trace. */
  readonly packets: number;
  /** Probes of all traces within any minute. */
  readonly packetsPerMinute: number;
  /** Of one trace by the wall clock. */
  readonly seconds: number;
  /** The first hops, of the server's own network, whose addresses are not told. */
  readonly hideHops: number;
  /** Tells no private addresses, but for the client's own. */
  readonly hidePrivate: boolean;
}

/** What each test may move in both directions together, on average over so many seconds. */
export interface RateLimit {
  readonly bitsPerSecond: number;
  readonly seconds: number;
}

export interface Iperf3Service {
  /** They are refused. */
  readonly refused?: boolean;
  /** Another port of TCP and UDP, for them alone. */
  readonly port?: number;
  /** Further clients are told that the server is busy, as iperf3's own does. */
  readonly oneAtATime?: boolean;
  /** They need no token where others do. */
  readonly open?: boolean;
  /** They have to log in: with an RSA key (PEM), and lines of `name,sha256`. */
  readonly login?: {
    readonly privateKey: string;
    readonly users: string;
    /** Path of a file that has them; it is read anew where it has changed. */
    readonly usersFile?: string;
  };
}

export interface ServerPlan {
  /** Bind address; without one, every IPv4 and IPv6 address. */
  readonly host?: string;
  readonly port: number;
  /** A socket that listens already, in place of host and port. */
  readonly descriptor?: number;
  readonly token?: string;
  readonly oneOff: boolean;
  /** PEM texts; with them the port speaks wss only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The only path to serve; without one, any. */
  readonly path?: string;
  /** Ceilings on what a client is granted. */
  readonly seconds?: number;
  /** Clients of the original, who do not say how long, are sent load until they leave. */
  readonly untimed?: boolean;
  readonly bytes?: number;
  readonly rate?: RateLimit;
  /** As of a client. */
  readonly silenceSeconds?: number;
  /** Of reports on clients of iperf3, who do not say it: longer ones than usual are put together of those. */
  readonly intervalSeconds?: number;
  /** Proxies that are believed when they say for whom they speak. */
  readonly trustProxy?: readonly Cidr[];
  /** Refuses clients of the original wperf. */
  readonly noLegacy?: boolean;
  /** How clients of iperf3 are served; as anybody else unless given. */
  readonly iperf3?: Iperf3Service;
  /** Serves no page to browsers. */
  readonly noPage?: boolean;
  /** Names of what may carry load, `ws` among them; all that there is unless given. */
  readonly allowProto?: readonly string[];
  /** Paths of modules that carry load too. */
  readonly modules?: readonly string[];
  /** Where it differs from the defaults. */
  readonly traces?: Partial<TraceService>;
}

export type RateUnit = 'k' | 'm' | 'g' | 't';

/** What a test's figures must keep to. What is absent is not asked. */
export interface Bounds {
  /** The receiver's rate of each direction, at least. */
  readonly bitsPerSecond?: number;
  /** The median round trip under load, at most. */
  readonly loadedMs?: number;
  /** Of the packets of each direction, at most. */
  readonly lostPercent?: number;
}

export interface OutputPlan {
  readonly format: 'text' | 'json' | 'json-stream' | 'csv';
  /** A file for the report in HTML, written when the test ends, however it ends. */
  readonly report?: string;
  /** Round trips of latency one by one in JSON. */
  readonly latencySamples?: boolean;
  readonly bounds?: Bounds;
  /** Fixed unit of rates; without one, the unit that fits each figure. */
  readonly unit?: RateUnit;
  readonly logfile?: string;
  readonly timestamps: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}
