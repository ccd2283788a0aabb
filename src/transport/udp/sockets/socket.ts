/** UDP as the two ends of a test see it: a socket that talks to one peer, and a server's port that finds new ones. */
import type { ConnectionEnds } from '../../../events/load.js';
import type { SocketFacts } from '../../../measure/tcp.js';
import type { SocketWishes } from '../../../plan/plan.js';

export interface Peer {
  /** Canonical, with its zone where it has one. */
  readonly host: string;
  readonly port: number;
}

/** Datagrams of a pair of addresses and ports. Callbacks are set by whoever listens; after `close` none is called. */
export interface DatagramSocket {
  readonly info: ConnectionEnds;
  /**
   * Each datagram: its bytes, which are the listener's only until it returns, and where the kernel tells it, when it
   * arrived, in seconds of the system's clock. One that is longer than `maxBytes` comes empty.
   */
  onDatagram: (datagram: Buffer, arrivedAt: number | undefined) => void;
  /**
   * What the system, the path or the peer's kernel refused, with its `code`: ECONNREFUSED where nobody listens, EMSGSIZE
   * where a datagram was too long. The socket goes on.
   */
  onError: (error: NodeJS.ErrnoException) => void;
  /** Room for more after `send` or `sendMany` had none; called once. */
  onWritable: () => void;
  /** False when the system has no room now. A datagram that it refuses for another reason is gone, and `onError` is told. */
  send(datagram: Buffer): boolean;
  /** The same in one piece or not at all, where `pathPayloadBytes` is told, whatever the others do. */
  sendWhole(datagram: Buffer): boolean;
  /**
   * Sends `count` datagrams of `bytes` each that lie one behind another in `memory`, and gives the number taken. Fewer
   * than `count`, and `onWritable` follows. `segmented` lets the kernel or the device cut them from one piece, which is
   * faster where a burst does no harm.
   */
  sendMany(memory: Buffer, bytes: number, count: number, segmented?: boolean): number;
  /** Datagrams so far that the system refused to send, as a firewall has it do: neither for their length nor for want of room. */
  readonly refused: number;
  /** Datagrams so far for which this socket's receive buffer had no room; undefined where the kernel does not tell. */
  readonly drops: number | undefined;
  /** The longest datagram that the path takes in one piece, as far as the kernel knows; undefined where it does not tell. */
  readonly pathPayloadBytes: number | undefined;
  /** Of the options below what the kernel has. */
  readonly settings: Pick<SocketFacts, 'sndbufBytes' | 'rcvbufBytes' | 'tos'>;
  close(): void;
}

export interface DatagramOptions extends Pick<SocketWishes, 'tos' | 'windowBytes' | 'dontFragment'> {
  /** The longest datagram that is expected (65,507); memory is laid out for it. */
  readonly maxBytes?: number;
  /** Datagrams that are too long for the path go in fragments, where they would be refused; but for `dontFragment`. */
  readonly fragments?: boolean;
}

/** Addresses, not names: the client has found them by its connection. */
export interface ClientOptions extends DatagramOptions, Pick<SocketWishes, 'localPort' | 'device'> {
  readonly host: string;
  readonly port: number;
  /** Local address. */
  readonly bind?: string;
}

export interface PeerOptions extends DatagramOptions {
  /** The local address that the peer speaks to, where known; without it the routes choose. */
  readonly localHost?: string;
}

/** A server's UDP port. */
export interface DatagramDoor {
  /** `::` where it takes both families at all addresses. */
  readonly host: string;
  readonly port: number;
  /** From a peer that has no socket of its own here; the bytes are the listener's only until it returns. */
  onStray: (datagram: Buffer, from: Peer) => void;
  /**
   * Answers a stray, from the local address that it spoke to, where that is known and the system lets an answer choose.
   * It may be lost, like any datagram.
   */
  reply(datagram: Buffer, to: Peer, localHost?: string): void;
  /** From now on the peer's datagrams go to a socket of its own. Throws where the system has none, or the peer one. */
  open(peer: Peer, options?: PeerOptions): DatagramSocket;
  /** Sockets of peers stay until they are closed themselves. */
  close(): void;
}

/** The largest payload over IPv4, whose lengths have 16 bits. */
export const LARGEST_DATAGRAM = 65_507;

export function peerKey({ host, port }: Peer): string {
  return `${host} ${port}`;
}
