/** A connection that has come in, as it is passed on from the door to whoever claims it. */
import type { Socket } from 'node:net';
import type { ForwardedClient } from '../channel.js';

export interface Arrival {
  /** What is read and written: `tcp` itself, or the TLS over it. */
  readonly socket: Socket;
  readonly tcp: Socket;
  /** For whom a trusted proxy says, in front of all bytes, that it speaks. */
  readonly client?: ForwardedClient;
}

/** Whether bytes seen so far are an opening of one's own, or may become one. */
export type Claim = 'yes' | 'more' | 'no';

/** A way for a connection to begin. */
export interface Opening {
  claims(first: Uint8Array): Claim;
  /** Gets the connection with its bytes unread; must end it or see it end. */
  take(arrival: Arrival): void;
}
