/**
 * The port between a trace's strategy and the kernel: a prober sends probes of a given TTL and hands back what came of
 * them. It matches replies to probes by itself, so that what it returns belongs to this trace and to no other.
 */
import type { MplsLabel } from '../events/hop.js';
import type { ProberName, TraceProtocol } from '../events/route.js';
import type { Family } from '../net/ip.js';

export interface TraceTarget {
  readonly ip: string;
  readonly family: Family;
  /** Interface index of a link-local IPv6 address; 0 is none. */
  readonly scopeId: number;
}

export interface Probe {
  /** Counts 0, 1, 2, ... within its trace. */
  readonly id: number;
  readonly ttl: number;
}

export interface Reply {
  /** The probe that it answers. */
  readonly id: number;
  readonly from: string;
  /** `answer` is the target's own: echo reply, SYN-ACK, RST, or a datagram from the probed port. */
  readonly kind: 'time-exceeded' | 'unreachable' | 'answer';
  /** As other traceroutes print it, e.g. `!H`; empty where nothing is unusual. */
  readonly code: string;
  readonly rttMs: number;
  /** TTL of the packet that brought the reply. */
  readonly replyTtl?: number;
  readonly mpls: readonly MplsLabel[];
}

export interface Prober {
  readonly name: ProberName;
  readonly protocol: TraceProtocol;
  /** Destination port: the first for UDP probes that count up, the only one otherwise. Absent for ICMP. */
  readonly port?: number;
  /** True while no probe can be sent; the end of that wakes. Absent where it is always false. */
  readonly busy?: boolean;
  /** Sends at once. A refusal of the local kernel that the network cannot have caused throws a WperfError. */
  send(probe: Probe): void;
  /** Everything that has arrived by now; never waits. */
  receive(): readonly Reply[];
  close(): void;
}

export interface ProberOptions {
  readonly target: TraceTarget;
  readonly protocol: TraceProtocol;
  readonly port: number;
  /** Called when `receive` may have something; calls may be more than needed, never fewer. */
  readonly wake: () => void;
}

/** Opens a prober, or throws: a SystemError from the kernel or a missing package says why this way is closed. */
export type OpenProber = (options: ProberOptions) => Promise<Prober>;
