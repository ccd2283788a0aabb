/**
 * The connections of one run: all to one address, all dropped when the run fails, those too that are made too late.
 * Liveness: the transport bounds each attempt.
 */
import { WperfError } from '../errors.js';
import type { Channel } from '../transport/channel.js';
import type { Connected } from '../transport/transport.js';

/**
 * `address` is the IP address to go to, where it is settled; `stream` the number of the stream that the connection is
 * for, from 1, or nothing for one beside them.
 */
export type Connect = (address: string | undefined, stream: number | undefined) => Promise<Connected>;

export class Connections {
  readonly #connect: Connect;
  readonly #channels = new Set<Channel>();
  #first: Promise<Connected> | undefined;
  #over = false;

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** The first settles the address of all others, and who is spoken to. */
  first(): Promise<Connected> {
    this.#first ??= this.#open(undefined, 1);
    return this.#first;
  }

  async another(stream?: number): Promise<Channel> {
    const { channel } = await this.first();
    const other = await this.#open(channel.info.remoteHost, stream);
    return other.channel;
  }

  dropAll(): void {
    this.#over = true;
    for (const channel of this.#channels) channel.drop();
  }

  async #open(address: string | undefined, stream: number | undefined): Promise<Connected> {
    if (this.#over) throw new WperfError('interrupted', 'interrupted while connecting');
    const connected = await this.#connect(address, stream);
    this.#channels.add(connected.channel);
    if (this.#over) connected.channel.drop();
    return connected;
  }
}
