/** What is told of one hop of a route. Plain data. */
/** One entry of an MPLS label stack (RFC 4950, RFC 3032). */
export interface MplsLabel {
  readonly label: number;
  readonly trafficClass: number;
  readonly bottom: boolean;
  readonly ttl: number;
}

export interface RttStatistics {
  readonly minMs: number;
  readonly avgMs: number;
  readonly maxMs: number;
  /** Of the population; 0 for a single sample. */
  readonly stddevMs: number;
}

/** What is known of an address from elsewhere than its replies. */
export interface Annotation {
  /** ISO 3166 code of the country where the address is registered. */
  readonly country?: string;
  readonly asn?: number;
  readonly asName?: string;
  /** Name of a special range, e.g. `private`. */
  readonly label?: string;
}

export interface HopAddress extends Annotation {
  readonly ip: string;
  /** From its PTR record, safe to print. */
  readonly name?: string;
  /** In the order sent. */
  readonly rttsMs: readonly number[];
  /** Unusual ICMP codes among its replies, each once, e.g. `!H`. */
  readonly codes: readonly string[];
  readonly mpls: readonly MplsLabel[];
  /** TTL of its latest reply as it arrived here. */
  readonly replyTtl?: number;
  /** Hops of the way back, when the sender began with 32, 64, 128 or 255 as systems do: an estimate. */
  readonly returnHops?: number;
}

/** Addresses that whoever traced keeps to itself. */
interface HiddenAddresses {
  readonly addresses: number;
  readonly rttsMs: readonly number[];
}

export interface Hop {
  readonly ttl: number;
  /** In the order of their first reply; several where routers share the load. Empty for a silent or hidden hop. */
  readonly addresses: readonly HopAddress[];
  readonly hidden?: HiddenAddresses;
  readonly sent: number;
  readonly lost: number;
  /** Over all its replies; null for a silent hop. */
  readonly rtt: RttStatistics | null;
  /** Present where the trace ends: the target answered, or a router refused to go on. */
  readonly end?: 'target' | 'refused';
  /** Loss that a later hop does not share: mostly the router limits its ICMP, but chance looks the same. */
  readonly rateLimited: boolean;
  /** Found by segments of the connection itself, after other probes had fallen silent. */
  readonly inband?: boolean;
}
