/**
 * The connections of one run: all to one address, all dropped when the run fails, those too that are made too late.
 * Liveness: the transport bounds each attempt.
 */
import { WperfError } from '../errors.js';
import type { Channel } from '../transport/channel.js';
import type { Connected } from '../transport/transport.js';

/** `address` is the IP address to go to, where it is settled. */
export type Connect = (address: string | undefined) => Promise<Connected>;

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
    this.#first ??= this.#open(undefined);
    return this.#first;
  }

  async another(): Promise<Channel> {
    const { channel } = await this.first();
    const other = await this.#open(channel.info.remoteHost);
    return other.channel;
  }

  dropAll(): void {
    this.#over = true;
    for (const channel of this.#channels) channel.drop();
  }

  async #open(address: string | undefined): Promise<Connected> {
    if (this.#over) throw new WperfError('interrupted', 'interrupted while connecting');
    const connected = await this.#connect(address);
    this.#channels.add(connected.channel);
    if (this.#over) connected.channel.drop();
    return connected;
  }
}
