/** The ports of a load test to connections that carry its load beside those on which the ends talk. */
import type { SocketWishes } from '../plan/plan.js';
import type { LoadLink } from './channel.js';

/** What carries the load in place of the connections on which the ends talk. */
export interface LoadCarrier {
  readonly name: string;
  readonly settings: Readonly<Record<string, number>>;
  /** Of one stream; `blockBytes` 0 is left to the transport. Rejects with WperfError. */
  connect(stream: number, place: CarrierPlace): Promise<LoadLink>;
}

/** As a server has granted it. */
export interface CarrierPlace {
  /** The server's IP address, as the connection that grants it has it. */
  readonly host: string;
  /** Undefined is the port of that connection. */
  readonly port: number | undefined;
  /** 32 hexadecimal digits. */
  readonly key: string;
  readonly blockBytes: number;
}

/** A connection for load that a client has been told to make. */
export interface ExpectedLoad {
  /** 32 hexadecimal digits. */
  readonly key: string;
  /** Where it goes, unless to the server's own port. */
  readonly port: number | undefined;
  /** Rejects with a WperfError when it did not come in time. */
  readonly link: Promise<LoadLink>;
  /** Nobody waits for it any more. */
  readonly cancel: () => void;
}

/** To a client that asked for a connection for load. */
export interface GrantedLoad {
  readonly settings: Readonly<Record<string, number>>;
  /** Options of sockets that the client wants at the server too. */
  readonly socket: Pick<SocketWishes, 'tos' | 'windowBytes' | 'dontFragment'>;
  /** The local address that the client speaks to, as far as known. */
  readonly localHost: string | undefined;
  readonly remoteHost: string;
  /** Of a message, at most. */
  readonly blockBytes: number;
}

/** Where connections come in that carry load beside the conversations. */
export interface LoadReception {
  /** What it carries, undefined of `ws` itself. Throws `request-refused` for one that is not offered. */
  allow(transport: string): LoadLink['carries'] | undefined;
  expect(transport: string, granted: GrantedLoad): ExpectedLoad;
}
