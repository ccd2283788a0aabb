/** What a trace tells the world: one start, hops in order of TTL as each is known, one end. Plain data. */
import type { Hop } from './hop.js';
import type { Family } from './ip.js';
import type { Prober, TraceProtocol } from './prober.js';

/** A server of the original wperf, asked for the route back, does not tell what is optional here. */
export interface TraceStart {
  readonly type: 'trace-start';
  /** Wall clock, milliseconds since 1970. */
  readonly wallMs: number;
  /** As asked for. */
  readonly host: string;
  readonly ip: string;
  readonly family: Family;
  readonly protocol?: TraceProtocol;
  readonly prober?: Prober['name'];
  /** Absent for ICMP too. */
  readonly port?: number;
  readonly firstHop: number;
  readonly maxHops?: number;
  readonly queries: number;
  readonly timeoutSeconds?: number;
}

export interface TraceHop extends Hop {
  readonly type: 'trace-hop';
}

export interface TraceEnd {
  readonly type: 'trace-end';
  /** `refused`: a router said that it will not go on; `hops`: the last TTL passed without word from the target. */
  readonly reason: 'target' | 'refused' | 'hops' | 'interrupted';
  /** Hops told of. */
  readonly hops: number;
  readonly seconds: number;
  /** Hops whose loss later ones do not share. A hop event could not know of replies that came after it. */
  readonly rateLimitedTtls: readonly number[];
}

export type TraceEvent = TraceStart | TraceHop | TraceEnd;
