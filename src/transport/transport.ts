/** The port between a run and what carries its bytes. */
import type { ConnectionPlan } from '../plan/plan.js';
import type { Channel } from './channel.js';

/** Where a connection went, for others to go there too. The name stays what is told and checked. */
export interface Settled {
  /** The IP address connected to: the target's, or the proxy's where there is one. */
  readonly address: string;
  /** The IP address that the proxy was asked for, where this end found it. */
  readonly beyond?: string;
}

/** How to reach a server. */
export interface Way
  extends Partial<Settled>,
    Pick<
      ConnectionPlan,
      'target' | 'family' | 'bind' | 'connectTimeoutMs' | 'headers' | 'ca' | 'insecure' | 'proxy' | 'socket'
    > {
  /** The command that serves there, for hints; `wperf -s` where none is given. */
  readonly service?: string;
}

export interface Connected {
  readonly channel: Channel;
  /** The one that the server chose; undefined where it named none, as the original wperf does. */
  readonly subprotocol: string | undefined;
  /** From the request to the server's answer: one round trip, where the transport makes one. */
  readonly answeredMs?: number;
  /** The server has had the first text with the request. */
  readonly greeted?: boolean;
}

export interface ConnectHooks {
  /** Gives connecting up; its reason is what `connect` rejects with. */
  readonly signal?: AbortSignal;
  /** The first text to the server, which goes with the request where it can; it may be made while connecting. */
  readonly greeting?: Promise<string | undefined>;
  /** Told where the connection goes, as soon as that is settled. */
  readonly onSettled?: (settled: Settled) => void;
}

export interface Transport {
  /** Rejects with a WperfError that says who failed: this machine, the proxy or the server. */
  connect(way: Way, hooks?: ConnectHooks): Promise<Connected>;
}
