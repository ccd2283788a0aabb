/**
 * A link of load over UDP, once both ends have proved themselves: packets as they are on the network, the greetings among
 * them kept apart.
 */
import type { Clock } from '../../host/clock.js';
import type { Closed, KernelView, LoadLink, LoadSink, LoadWriter, PacketListener, Stamp } from '../channel.js';
import { fillWithDigits } from '../load/repeating-payload.js';
import { datagramViewOf } from '../socket/datagram-view.js';
import { type Greeting, readGreeting } from './greeting.js';
import type { ProbedPath } from './probe.js';
import type { DatagramSocket } from './sockets/socket.js';
import { tooLongText } from './sockets/too-long.js';
import { DatagramWriter } from './sockets/writer.js';

export interface DatagramLinkOptions {
  readonly socket: DatagramSocket;
  /** Told once the link is dropped. */
  readonly closed?: () => void;
  /** Finer than a millisecond, where there is one. */
  readonly pacingClock: Clock | undefined;
  readonly blockBytes?: number | undefined;
  readonly probed?: ProbedPath | undefined;
  readonly notes?: readonly string[];
}

export class DatagramLink implements LoadLink {
  readonly transport = 'udp';
  readonly carries = 'messages';
  readonly isApart = true;
  readonly queuedBytes = 0;
  onClose: (closed: Closed) => void = () => {};
  /** Told of the greetings of the peer. */
  onGreeting: (greeting: Greeting) => void = () => {};
  bytesRead = 0;
  sink: LoadSink | undefined;
  packets: PacketListener | undefined;
  readonly info: LoadLink['info'];
  readonly socket: DatagramSocket;
  readonly pacingClock: Clock | undefined;
  readonly blockBytes?: number;
  readonly probed?: ProbedPath;
  readonly notes: readonly string[];
  readonly #closed: () => void;
  #repeats = false;
  /** Of the packets that it sends. */
  #packetBytes = 0;
  #over = false;

  constructor({ socket, pacingClock, blockBytes, probed, notes = [], closed = () => {} }: DatagramLinkOptions) {
    this.socket = socket;
    this.info = { ...socket.info, secure: false };
    this.pacingClock = pacingClock;
    if (blockBytes !== undefined) this.blockBytes = blockBytes;
    if (probed) this.probed = probed;
    this.notes = notes;
    this.#closed = closed;
    socket.onDatagram = (datagram, arrivedAt) => this.#take(datagram, arrivedAt);
    socket.onError = (error) => this.#onError(error);
  }

  /** Packets that this end's socket had no room for. */
  get socketDrops(): number | undefined {
    return this.socket.drops;
  }

  get refusedDatagrams(): number {
    return this.socket.refused;
  }

  get kernel(): KernelView {
    return datagramViewOf(this.socket);
  }

  repeatLoad(): void {
    this.#repeats = true;
  }

  loadWriter(blockBytes: number, maxBytes: number, stamp?: Stamp, isPaced?: boolean): LoadWriter {
    this.#packetBytes = blockBytes;
    return new DatagramWriter(this.socket, {
      ...{ blockBytes, maxBytes, stamp, segments: isPaced === false },
      finelyPaced: this.pacingClock !== undefined,
      fill: this.#repeats ? fillWithDigits : undefined,
    });
  }

  drop(): void {
    this.#over = true;
    this.#closed();
    this.onClose = () => {};
    this.socket.close();
  }

  #take(datagram: Buffer, arrivedAt: number | undefined): void {
    this.bytesRead += datagram.length;
    const said = readGreeting(datagram);
    if (said) this.onGreeting(said);
    else if (this.packets) this.packets(datagram, datagram.length, arrivedAt);
    else this.sink?.arrived(datagram.length);
  }

  #onError({ code, message }: NodeJS.ErrnoException): void {
    if (this.#over) return;
    if (code === 'ECONNREFUSED') this.#end('lost', `nobody listens there any more: ${message}`);
    if (code === 'EMSGSIZE') this.#onTooLong();
  }

  /** Of the path's length; greetings may be tried that are longer. */
  #onTooLong(): void {
    const text = tooLongText(this.#packetBytes, this.socket);
    if (text !== undefined) this.#end('too-long', text);
  }

  #end(reason: Closed['reason'], text: string): void {
    const { onClose } = this;
    this.onClose = () => {};
    onClose({ reason, text });
  }
}
