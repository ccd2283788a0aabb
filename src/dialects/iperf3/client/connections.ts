/** The port to what connects: TCP by the way that the user named, and UDP to the same address. */
import type { Socket } from 'node:net';
import type { LoadLink } from '../../../transport/channel.js';

export interface Datagrams {
  onDatagram: (datagram: Buffer, arrivedAt: number | undefined) => void;
  onError: (error: NodeJS.ErrnoException) => void;
  send(datagram: Buffer): boolean;
  /** The longest that the path takes in one piece, as far as it is known. */
  readonly pathPayloadBytes?: number | undefined;
  close(): void;
}

export interface Connections {
  /** Of a connection for load, counted from 1, or of the one beside them. It is paused. Rejects with a WperfError. */
  openTcp(place: number | 'beside'): Promise<Socket>;
  loadOver(socket: Socket): LoadLink;
  /** `maxBytes` is the longest datagram that is expected. */
  openUdp(place: number, maxBytes: number): Promise<Datagrams>;
  packetsOver(socket: Datagrams): LoadLink;
  /** Ends all of them, those too that are still being made. */
  dropAll(): void;
}
