/** The narrow port between a test and whatever carries it: control texts both ways, and load that is counted, not kept. */
import type { PeerAddress } from '../events/peer.js';

/** The client behind a trusted proxy, as that proxy told it. */
export interface ForwardedClient {
  readonly host: string;
  /** Absent where the proxy does not tell it. */
  readonly port?: number;
  readonly source: 'x-forwarded-for' | 'forwarded' | 'proxy-protocol';
}

export interface ChannelInfo {
  readonly localHost: string;
  readonly localPort: number;
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly secure: boolean;
  /** At a server, where a proxy that it trusts made the connection; `remoteHost` is then that proxy. */
  readonly client?: ForwardedClient;
}

/** The first bytes of a message, in which its number and its time can stand. */
export const HEAD_BYTES = 16;

export function peerOf({ remoteHost, remotePort, client }: ChannelInfo): PeerAddress {
  if (!client) return { host: remoteHost, port: remotePort };
  return { host: client.host, ...(client.port !== undefined && { port: client.port }), byProxy: remoteHost };
}

/** `192.0.2.7:4711`, or without the port where that is not known. */
export function peerText(info: ChannelInfo): string {
  const { host, port } = peerOf(info);
  return port === undefined ? host : `${host}:${port}`;
}

/** Told of load as it arrives, parts of blocks included. */
export interface LoadSink {
  arrived(bytes: number): void;
}

/**
 * Writes load, one batch at a time. `write` takes any number of payload bytes up to `maxBytes`, cuts them into blocks,
 * and calls `taken` once the kernel has them all; a second call before that is a programming error.
 */
export interface LoadWriter {
  readonly blockBytes: number;
  readonly maxBytes: number;
  /** Payload bytes that the kernel has taken so far. Of a batch in flight only the part known to be taken counts. */
  readonly takenBytes: number;
  write(bytes: number, taken: () => void): void;
  /** Asks the system to keep no more than about `bytes` waiting unsent, where it can. */
  limitUnsent(bytes: number): void;
}

export interface LossCounts {
  readonly messages: number;
  readonly dropped: number;
}

export type PacketListener = (head: Uint8Array, bytes: number, arrivedAt?: number) => void;

export type Stamp = (head: Uint8Array) => void;

export interface Closed {
  /** WebSocket close code, 1006 where the connection just ended. */
  readonly code: number;
  readonly reason: string;
}

export interface Channel {
  readonly info: ChannelInfo;
  /** All bytes read from the connection so far: a sign of life. */
  readonly bytesRead: number;
  /** Of the peer's WebSocket pings. */
  readonly pingsAnswered: number;
  /** The operating system's descriptor of the connection, where there is one. */
  readonly descriptor: number | undefined;
  /** Set by whoever listens; a channel has one listener. */
  onText: (text: string) => void;
  onClose: (closed: Closed) => void;
  /** Where load goes; without a sink, load that arrives is a protocol violation and closes the channel. */
  sink: LoadSink | undefined;
  /**
   * Told of binary messages one by one, instead of the sink, when all of a message is here: its first bytes, at most
   * `HEAD_BYTES`, which are its own only until the call returns, the size of the whole, and where the kernel tells it,
   * when the last of it arrived, in seconds of the system's clock.
   */
  packets: PacketListener | undefined;
  /** The peer's ping is here, and `answer` answers it; by default at once. */
  onPing: (answer: () => void) => void;
  /** Where loss is simulated: messages of load that were sent, and those of them that went no farther. */
  readonly simulated?: LossCounts;
  send(text: string): void;
  /** Bytes that wait in this process for the kernel to take them. */
  readonly queuedBytes: number;
  /** A writer of load; at most one a channel. `stamp` fills the first `HEAD_BYTES` of each message as it is written. */
  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp): LoadWriter;
  /**
   * Has the kernel say from now on when things arrive, where it can: packets, which have it anyway, and answers to pings.
   * Not for a channel of load, which would be slower.
   */
  tellArrivals(): void;
  /**
   * One round trip in milliseconds; rejects when the channel closes first, or a later ping is answered before.
   * `written` is told when the system has the ping, or never will.
   */
  ping(written?: () => void): Promise<number>;
  /** Says goodbye, and drops the connection if that takes longer than `withinSeconds`. */
  close(code: number, reason: string, withinSeconds: number): void;
  /** Ends the connection at once; whatever is queued is discarded. */
  drop(): void;
}

/** Ignores load: for bytes still in flight after a test. */
export const discard: LoadSink = { arrived: () => {} };
