/** The port between a run and what carries its bytes. */
import type { ConnectionPlan } from '../plan/plan.js';
import type { Channel } from './channel.js';

/** How to reach a server. */
export interface Way
  extends Pick<
    ConnectionPlan,
    'target' | 'family' | 'bind' | 'connectTimeoutMs' | 'headers' | 'ca' | 'insecure' | 'proxy' | 'socket'
  > {
  /**
   * The IP address to connect to in place of resolving a name: the target's, or the proxy's where there is one. It is
   * what `channel.info.remoteHost` tells of an earlier connection; the name stays what is told and checked.
   */
  readonly address?: string;
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
  /** Told of the address that is connected to, as soon as that is settled: what `Way.address` takes. */
  readonly onAddress?: (address: string) => void;
}

export interface Transport {
  readonly name: string;
  /** Rejects with a WperfError that says who failed: this machine, the proxy or the server. */
  connect(way: Way, hooks?: ConnectHooks): Promise<Connected>;
}
