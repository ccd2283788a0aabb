/**
 * The connections of one run: all to one address, all given up when the run fails, those too that are still being made.
 * Liveness: the transport bounds each attempt.
 */
import { WperfError } from '../errors.js';
import { deferred } from '../host/deferred.js';
import type { Channel } from '../transport/channel.js';
import type { Connected, ConnectHooks } from '../transport/transport.js';

/** The number of the stream that a connection is for, from 1, or one that carries pings beside them. */
export type StreamPlace = number | 'beside';

/** `address` is the IP address to go to, where it is settled. */
export type Connect = (address: string | undefined, place: StreamPlace, hooks: ConnectHooks) => Promise<Connected>;

export class Connections {
  readonly #connect: Connect;
  readonly #channels = new Set<Channel>();
  readonly #over = new AbortController();
  readonly #address = deferred<string>();
  readonly #greeting = deferred<string | undefined>();
  #first: Promise<Connected> | undefined;

  constructor(connect: Connect) {
    this.#connect = connect;
    this.#address.promise.catch(() => {});
  }

  /** Begins to connect at once, while it is not yet known what is to be said first. */
  begin(): Promise<Connected> {
    this.#first ??= this.#openFirst();
    return this.#first;
  }

  /** Settles the address of all others, and who is spoken to. */
  first(greeting?: string): Promise<Connected> {
    const connecting = this.begin();
    this.#greeting.resolve(greeting);
    return connecting;
  }

  /** Begins once the address is settled by the first; rejects with it where that fails before. */
  async another(place: StreamPlace, greeting?: string): Promise<Connected> {
    return this.#open(await this.#address.promise, place, { greeting: Promise.resolve(greeting) });
  }

  dropAll(): void {
    this.#over.abort(new WperfError('interrupted', 'interrupted while connecting'));
    for (const channel of this.#channels) channel.drop();
  }

  async #openFirst(): Promise<Connected> {
    try {
      const greeting = this.#greeting.promise;
      const connected = await this.#open(undefined, 1, { greeting, onAddress: this.#address.resolve });
      this.#address.resolve(connected.channel.info.remoteHost);
      return connected;
    } catch (error) {
      this.#address.reject(error);
      throw error;
    }
  }

  async #open(address: string | undefined, place: StreamPlace, hooks: ConnectHooks): Promise<Connected> {
    const { signal } = this.#over;
    signal.throwIfAborted();
    const connected = await this.#connect(address, place, { ...hooks, signal });
    this.#channels.add(connected.channel);
    if (signal.aborted) connected.channel.drop();
    return connected;
  }
}
