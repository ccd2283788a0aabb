/**
 * The connections of one run: all to one address, all given up when the run fails, those too that are still being made.
 * Liveness: the transport bounds each attempt.
 */
import { WperfError } from '../errors.js';
import { deferred } from '../host/deferred.js';
import type { Channel } from '../transport/channel.js';
import type { Connected, ConnectHooks } from '../transport/transport.js';

/**
 * `address` is the IP address to go to, where it is settled; `stream` the number of the stream that the connection is
 * for, from 1, or nothing for one beside them.
 */
export type Connect = (
  address: string | undefined,
  hooks: ConnectHooks,
  stream: number | undefined,
) => Promise<Connected>;

export class Connections {
  readonly #connect: Connect;
  readonly #channels = new Set<Channel>();
  readonly #over = new AbortController();
  readonly #address = deferred<string>();
  #first: Promise<Connected> | undefined;

  constructor(connect: Connect) {
    this.#connect = connect;
    this.#address.promise.catch(() => {});
  }

  /** Settles the address of all others, and who is spoken to. */
  first(): Promise<Connected> {
    this.#first ??= this.#openFirst();
    return this.#first;
  }

  /** Begins as soon as the address is settled; rejects as the first where that fails before. */
  async another(stream?: number): Promise<Channel> {
    void this.first().catch(() => {});
    const { channel } = await this.#open(await this.#address.promise, stream);
    return channel;
  }

  dropAll(): void {
    this.#over.abort(new WperfError('interrupted', 'interrupted while connecting'));
    for (const channel of this.#channels) channel.drop();
  }

  async #openFirst(): Promise<Connected> {
    try {
      const connected = await this.#open(undefined, 1, this.#address.resolve);
      this.#address.resolve(connected.channel.info.remoteHost);
      return connected;
    } catch (error) {
      this.#address.reject(error);
      throw error;
    }
  }

  async #open(
    address: string | undefined,
    stream: number | undefined,
    onAddress: ConnectHooks['onAddress'] = () => {},
  ): Promise<Connected> {
    const { signal } = this.#over;
    signal.throwIfAborted();
    const connected = await this.#connect(address, { signal, onAddress }, stream);
    this.#channels.add(connected.channel);
    if (signal.aborted) connected.channel.drop();
    return connected;
  }
}
