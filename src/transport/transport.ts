/** The port between a run and what carries its bytes. */
import type { ConnectionPlan } from '../plan/plan.js';
import type { Channel } from './channel.js';

/** How to reach a server. */
export interface Way
  extends Pick<
    ConnectionPlan,
    'target' | 'family' | 'bind' | 'connectTimeoutMs' | 'headers' | 'ca' | 'insecure' | 'proxy'
  > {
  /** The IP address to connect to in place of resolving the target's host; the host stays what is named and checked. */
  readonly address?: string;
}

export interface Connected {
  readonly channel: Channel;
  /** The one that the server chose; undefined where it named none, as the original wperf does. */
  readonly subprotocol: string | undefined;
}

export interface Transport {
  readonly name: string;
  /** Rejects with a WperfError that says who failed. */
  connect(way: Way): Promise<Connected>;
}
