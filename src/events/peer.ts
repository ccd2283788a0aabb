/** Whom a channel is with, for people: a client behind a trusted proxy by its own address. */
export interface PeerAddress {
  readonly host: string;
  /** Absent where a proxy does not tell it. */
  readonly port?: number;
  /** The proxy that it came through. */
  readonly byProxy?: string;
}
