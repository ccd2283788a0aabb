/**
 * The port for what carries load beside the WebSocket, on which the two ends go on to talk. docs/transports.md gives it
 * to whoever writes a transport; the built-in ones fill it too.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { StatisticColumn, Statistics } from '../measure/statistics.js';
import type { SocketWishes } from '../plan/plan.js';
import type { GrantedLoad } from './carriage.js';
import type { LoadLink } from './channel.js';

export type { GrantedLoad } from './carriage.js';

/** Numbers that a transport can be told, by name. */
export type TransportSettings = Readonly<Record<string, number>>;

/** Where a client connects. */
export interface LoadWay {
  /** The server's IP address. */
  readonly host: string;
  readonly port: number;
  /** 16 bytes that tie the connection to its stream. Whoever gives back a stream leaves showing it to wperf. */
  readonly key: Buffer;
  readonly settings: TransportSettings;
  /** Options of sockets, for whoever opens one by itself. */
  readonly socket: SocketWishes;
  /** Local address to connect from. */
  readonly bind?: string | undefined;
  /** Of a message; 0 leaves it to the transport. */
  readonly blockBytes: number;
  /** Gives connecting up; its reason is what `connect` rejects with. */
  readonly signal: AbortSignal;
  /** A TCP connection to host and port by the way that the user named: through proxies, from an address, with options. */
  readonly openTcp: () => Promise<Socket>;
}

/** Where a server listens. */
export interface LoadPlace {
  /** An address; `::` is every one. */
  readonly host: string;
  /** The server's own port, whose number is free for other protocols than TCP. */
  readonly port: number;
  /** What was granted with a key; undefined of a key that nobody was given, or that is used or too old. */
  readonly granted: (key: Buffer) => GrantedLoad | undefined;
  /** A connection has come. With a key it has been shown that one; without, its first 24 bytes or its first message show it. */
  readonly accept: (connection: Duplex | LoadLink, key?: Buffer) => void;
  /** What came from strangers and was left unanswered. */
  readonly ignored: () => void;
}

export interface LoadListener {
  /** Where clients connect, unless to the server's own port. */
  readonly port?: number;
  close(): void | Promise<void>;
}

export interface LoadTransport {
  /** As `--proto` and reports name it. */
  readonly name: string;
  /** A stream of bytes, or messages, each of which arrives whole or not at all. */
  readonly carries: 'bytes' | 'messages';
  /** What `statistics` tells, for reports. */
  readonly columns?: readonly StatisticColumn[];
  /** What is wrong with settings that a client asks for. */
  flawOf?(settings: TransportSettings): string | undefined;
  /** Settles once connected. A stream of messages is one in object mode whose objects are Buffers. */
  connect(way: LoadWay): Promise<Duplex | LoadLink>;
  /** Absent where clients come to the server's own TCP port. */
  listen?(place: LoadPlace): Promise<LoadListener>;
  /** Of a connection that `connect` or `accept` gave away. */
  statistics?(connection: Duplex): Statistics;
}
