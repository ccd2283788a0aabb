/**
 * The connections of one run: all to one address, all given up when the run fails, those too that are still being made.
 * Liveness: the transport bounds each attempt.
 */
import { WperfError } from '../errors.js';
import { deferred } from '../host/deferred.js';
import type { Channel } from '../transport/channel.js';
import type { Connected, ConnectHooks, Settled } from '../transport/transport.js';

/** The number of the stream that a connection is for, from 1, or one that carries pings beside them. */
export type StreamPlace = number | 'beside';

/** `settled` is where to go, once another has. */
export type Connect = (settled: Settled | undefined, place: StreamPlace, hooks: ConnectHooks) => Promise<Connected>;

export class Connections {
  readonly #connect: Connect;
  readonly #channels = new Set<Channel>();
  readonly #over = new AbortController();
  readonly #settled = deferred<Settled>();
  readonly #greeting = deferred<string | undefined>();
  #first: Promise<Connected> | undefined;

  constructor(connect: Connect) {
    this.#connect = connect;
    this.#settled.promise.catch(() => {});
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

  /** Begins once the first has settled where to go; rejects with it where that fails before. */
  async another(place: StreamPlace, greeting?: string): Promise<Connected> {
    return this.#open(await this.#settled.promise, place, { greeting: Promise.resolve(greeting) });
  }

  dropAll(): void {
    this.#over.abort(new WperfError('interrupted', 'interrupted while connecting'));
    for (const channel of this.#channels) channel.drop();
  }

  async #openFirst(): Promise<Connected> {
    try {
      const greeting = this.#greeting.promise;
      const connected = await this.#open(undefined, 1, { greeting, onSettled: this.#settled.resolve });
      this.#settled.resolve({ address: connected.channel.info.remoteHost });
      return connected;
    } catch (error) {
      this.#settled.reject(error);
      throw error;
    }
  }

  async #open(settled: Settled | undefined, place: StreamPlace, hooks: ConnectHooks): Promise<Connected> {
    const { signal } = this.#over;
    signal.throwIfAborted();
    const connected = await this.#connect(settled, place, { ...hooks, signal });
    this.#channels.add(connected.channel);
    if (signal.aborted) connected.channel.drop();
    return connected;
  }
}
