/** What a trace tells the world: one start, hops in order of TTL as each is known, one end. Plain data. */
import type { Family } from '../net/ip.js';
import type { Hop } from './hop.js';

export type TraceProtocol = 'udp' | 'tcp' | 'icmp';

/** How the probes were sent. */
export type ProberName = 'linux-errqueue' | 'linux-raw' | 'raw-socket' | 'inband';

/** A server of the original wperf, asked for the route back, does not tell what is optional here. */
export interface TraceStart {
  readonly type: 'trace-start';
  /** Wall clock, milliseconds since 1970. */
  readonly wallMs: number;
  /** `reverse` is from a server back to this machine. */
  readonly direction: 'forward' | 'reverse';
  /** As asked for; of a reverse trace, the server that it begins at. */
  readonly host: string;
  readonly ip: string;
  readonly family: Family;
  readonly protocol?: TraceProtocol;
  readonly prober?: ProberName;
  /** Absent for ICMP too. */
  readonly port?: number;
  readonly firstHop: number;
  readonly maxHops?: number;
  readonly queries: number;
  readonly timeoutSeconds?: number;
  /** Of a reverse trace, the IP address of that server; absent behind a proxy, which keeps it to itself. */
  readonly serverIp?: string;
  /** Of a reverse trace, the proxy through which the server was asked: its URL without credentials. */
  readonly proxy?: string;
  /** Of a reverse trace, where the server tells. */
  readonly seen?: SeenClient;
  /** The server did not trace for this client alone. */
  readonly shared?: SharedResult;
}

/** A client as its server sees it, which is the target of a reverse trace. */
export interface SeenAs {
  readonly host: string;
  /** Absent where a proxy does not tell it. */
  readonly port?: number;
  /** What told the server: the connection itself, or a proxy that it trusts. */
  readonly source: 'connection' | 'x-forwarded-for' | 'forwarded' | 'proxy-protocol';
}

export interface SeenClient extends SeenAs {
  /** This end of the connection, as this machine knows it. */
  readonly local: { readonly host: string; readonly port: number };
  /** The address seen is not the local one; null where the client went through a proxy of its own, and it must be so. */
  readonly translated: boolean | null;
}

export interface SharedResult {
  /** `joined` a trace that was running, or got the result `kept` of one that had ended. */
  readonly kind: 'joined' | 'kept';
  /** Since the trace began, or ended. */
  readonly ageSeconds: number;
}

export interface TraceHop extends Hop {
  readonly type: 'trace-hop';
}

export interface TraceEnd {
  readonly type: 'trace-end';
  /**
   * `refused`: a router said that it will not go on; `hops`: the last TTL passed without word from the target; `time`:
   * a server's limit on how long it traces.
   */
  readonly reason: 'target' | 'refused' | 'hops' | 'time' | 'interrupted';
  /** Hops told of. */
  readonly hops: number;
  readonly seconds: number;
  /** Hops whose loss later ones do not share. A hop event could not know of replies that came after it. */
  readonly rateLimitedTtls: readonly number[];
}

export type TraceEvent = TraceStart | TraceHop | TraceEnd;
