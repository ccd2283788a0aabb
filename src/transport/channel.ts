/**
 * The narrow port between a test and whatever carries it, in facets that are asked for apart: texts that control, load
 * that is counted and not kept, round trips, and the connection itself.
 */
import type { ConnectionEnds, StartEvent } from '../events/load.js';
import type { PeerAddress } from '../events/peer.js';
import type { SeenAs } from '../events/route.js';
import type { Clock } from '../host/clock.js';
import type { StatisticColumn, Statistics } from '../measure/statistics.js';
import type { LoadReader, SocketFacts, SocketSettings, TcpSample } from '../measure/tcp.js';
import { endpointText } from '../net/endpoint.js';
import type { Simulation, SocketWishes } from '../plan/plan.js';
import { PACKET_HEADER_BYTES } from '../protocol/packet-header.js';

/** The client behind a trusted proxy, as that proxy told it. */
export interface ForwardedClient extends SeenAs {
  readonly source: Exclude<SeenAs['source'], 'connection'>;
}

export interface ChannelInfo extends ConnectionEnds {
  /** TLS from this end to the other, not to a proxy alone. */
  readonly secure: boolean;
  /** At a server, where a proxy that it trusts made the connection; `remoteHost` is then that proxy. */
  readonly client?: ForwardedClient;
  /** At a client, where a proxy makes the connection on, `host:port` as asked for; `remoteHost` is then that proxy. */
  readonly server?: string;
}

/** The first bytes of a message, in which its number and its time can stand. */
export const HEAD_BYTES = PACKET_HEADER_BYTES;

export function peerOf({ remoteHost, remotePort, client }: ChannelInfo): PeerAddress {
  if (!client) return { host: remoteHost, port: remotePort };
  return { host: client.host, ...(client.port !== undefined && { port: client.port }), byProxy: remoteHost };
}

/** `192.0.2.7:4711`, `[2001:db8::7]:4711`, or without the port where that is not known; of who is beyond a proxy, not of the proxy. */
export function peerText(info: ChannelInfo): string {
  if (info.server !== undefined) return info.server;
  return endpointText(peerOf(info));
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
  /** Nothing holds the load back on its way: what is overdue must not all go at once, lest it overrun the receiver. */
  readonly burstSeconds?: number;
  /** Asks the system to keep no more than about `bytes` waiting unsent, where it can. */
  limitUnsent(bytes: number): void;
}

/** Whole blocks in so many bytes; one at least, however long it is. */
export function blocksIn(bytes: number, blockBytes: number): number {
  return Math.max(1, Math.floor(bytes / blockBytes));
}

export interface LossCounts {
  readonly messages: number;
  readonly dropped: number;
}

/**
 * Told of binary messages one by one when all of a message is here: its first bytes, `HEAD_BYTES` of them where it has
 * so many, which are its own only until the call returns, the size of the whole, and where the kernel tells it, when the last of it arrived, in
 * seconds of the system's clock.
 */
export type PacketListener = (head: Uint8Array, bytes: number, arrivedAt?: number) => void;

export type Stamp = (head: Uint8Array) => void;

/** Why a connection ended: in good order, over a broken rule, by refusal, or without a word. */
export type CloseReason = 'done' | 'protocol' | 'policy' | 'lost';

export interface Closed {
  /** `too-long`: the path takes no packets such as this end sends. */
  readonly reason: CloseReason | 'too-long';
  /** In words, where there are any. */
  readonly text: string;
}

/** What the host's kernel knows of a connection, and can be told. What it does not tell is undefined. */
export interface KernelView {
  sample(): TcpSample | undefined;
  /** Name of the congestion control algorithm, e.g. `cubic`. */
  congestion(): string | undefined;
  /** What it made of the settings that are asked for. */
  settings(asked: Partial<Simulation>): SocketSettings;
  setBuffers(sizes: Pick<Simulation, 'sndbufBytes' | 'rcvbufBytes'>): void;
  /** What it has of the options that `setOptions` sets, whether they were set or not. */
  socket(): SocketFacts;
  /** Sets those that can be set once the connection stands. Throws a WperfError that begins with the option. */
  setOptions(wishes: Pick<SocketWishes, 'windowBytes' | 'tos' | 'congestion' | 'dontFragment'>): void;
  /** What else the kernel has of the socket under it; undefined where there is no way to it. */
  options(): KernelOptions | undefined;
}

/** Options of one connection by their numbers. They throw where the kernel refuses. */
export interface KernelOptions {
  /** False once the connection is closed: nothing may be asked of it then. */
  readonly isOpen: boolean;
  /** At most `bytes` of the option's value, as many as the kernel has. */
  getBytes(level: number, option: number, bytes: number): Uint8Array;
  /** Of what the connection sends. */
  ttl: number;
}

/** Texts both ways. */
export interface Control {
  /** Set by whoever listens; a channel has one listener. `arrivedAt` is as a packet's. */
  onText: (text: string, arrivedAt?: number) => void;
  onClose: (closed: Closed) => void;
  /**
   * Called when the peer broke a rule of the channel; whoever takes it over tells the peer and closes. By default the
   * channel closes with the text as its reason.
   */
  onViolation: (text: string) => void;
  send(text: string): void;
  /**
   * Says goodbye, and drops the connection if that takes longer than `withinSeconds`. Settles when the connection has
   * ended, and never rejects; once the peer has said goodbye too, it has had all that was said.
   */
  close(reason: Exclude<CloseReason, 'lost'>, text: string, withinSeconds: number): Promise<void>;
  /** Ends the connection at once; whatever is queued is discarded. */
  drop(): void;
}

/** Load both ways. */
export interface Data {
  /** Where load goes; without a sink, load that arrives is a violation. */
  sink: LoadSink | undefined;
  /** Where load goes instead, message by message. */
  packets: PacketListener | undefined;
  /** Bytes that wait in this process for the kernel to take them. */
  readonly queuedBytes: number;
  /** Where loss is simulated: messages of load that were sent, and those of them that went no farther. */
  readonly simulated?: LossCounts;
  /** Where counted load ends; in the process unless it says otherwise. */
  readonly reader?: LoadReader;
  /** From now on counted load is copied into the process. */
  copyLoad?(): void;
  /** From now on load that is sent is iperf3's repeating digits, and not random bytes. */
  repeatLoad?(): void;
  /** Load goes by a connection of its own, and texts may overtake it. */
  readonly isApart?: boolean | undefined;
  /** Load may go once more without this end's knowing, so that more arrives than was sent. */
  readonly mayRepeat?: boolean | undefined;
  /** For keeping load to a rate, where the system's own clock would be too coarse. */
  readonly pacingClock?: Clock | undefined;
  /** Packets that came and found no room in this end's socket, so far; undefined where that is not known. */
  readonly socketDrops?: number | undefined;
  /** Datagrams that this end's system refused to send, so far; undefined where it takes whatever there is room for. */
  readonly refusedDatagrams?: number | undefined;
  /**
   * A writer of load; at most one a channel. `stamp` fills the first `HEAD_BYTES` of each message as it is written. What
   * is not paced may go in bursts.
   */
  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp, isPaced?: boolean): LoadWriter;
}

/** Round trips. */
export interface Echo {
  /**
   * One round trip in milliseconds; rejects when the channel closes first, or a later ping is answered before.
   * `written` is told when the system has the ping, or never will.
   */
  ping(written?: () => void): Promise<number>;
  /** The peer's ping is here, and `answer` answers it; by default at once. */
  onPing: (answer: () => void) => void;
  /** Of the peer's. */
  readonly pingsAnswered: number;
  /**
   * Has the kernel say from now on when things arrive, where it can: packets, which have it anyway, texts, and answers to pings.
   * Not for a channel of load, which would be slower.
   */
  tellArrivals(): void;
}

/** The connection itself. */
export interface Link {
  /** What carries the bytes, e.g. `websocket`. */
  readonly transport: string;
  /** Of a connection that carries load alone: a stream of bytes, or messages that arrive whole or not at all. */
  readonly carries?: 'bytes' | 'messages';
  readonly info: ChannelInfo;
  /** All bytes read from the connection so far: a sign of life. */
  readonly bytesRead: number;
  /** Where the host has one to look through. */
  readonly kernel?: KernelView | undefined;
  /** What the transport itself knows of the connection, and how that is shown. */
  readonly columns?: readonly StatisticColumn[];
  statistics?(): Statistics;
}

/** A connection that carries load alone, beside the one on which the two ends talk. Nothing is read before it has a sink. */
export interface LoadLink extends Data, Link {
  readonly carries: 'bytes' | 'messages';
  /** The largest message that the path takes whole, where the transport knows. */
  readonly blockBytes?: number;
  readonly probed?: NonNullable<StartEvent['probed']>;
  /** What is to be known of it, in sentences. */
  readonly notes?: readonly string[];
  /** The connection has ended, and not by `drop`. */
  onClose: (closed: Closed) => void;
  /** Nothing more is sent: the far end is told behind what is queued, where the connection has a way to tell it. */
  end?(): void;
  /** Ends the connection at once; whatever is queued is discarded. */
  drop(): void;
}

export interface Channel extends Control, Data, Echo, Link {}

/** What a browser has: no pings of its own. */
export type BareChannel = Control & Data & Link & Partial<Echo>;

/** What a peer did that has more pings out than any end may. */
export const tooManyPings = 'more pings than can wait for their answers';

/** Ignores load: for bytes still in flight after a test. */
export const discard: LoadSink = { arrived: () => {} };
