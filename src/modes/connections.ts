/**
 * The connections of one run: all to one address, all given up when the run fails, those too that are still being made.
 * Liveness: the transport bounds each attempt.
 */
import { type ErrorCode, toWperfError, WperfError } from '../errors.js';
import type { ConnectionEnds } from '../events/load.js';
import { deferred } from '../host/deferred.js';
import type { Channel, Link } from '../transport/channel.js';
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
    const settled = await this.#settled.promise;
    try {
      return await this.#open(settled, place, { greeting: Promise.resolve(greeting) });
    } catch (thrown) {
      await this.begin();
      throw notOneMore(toWperfError(thrown));
    }
  }

  /** Where all of them go. */
  get settled(): Promise<Settled> {
    return this.#settled.promise;
  }

  dropAll(): void {
    this.#over.abort(new WperfError('interrupted', 'interrupted while connecting'));
    // An open socket waits for it, and notices nothing else.
    this.#greeting.resolve(undefined);
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

export function endsOf({ info: { localHost, localPort, remoteHost, remotePort } }: Pick<Link, 'info'>): ConnectionEnds {
  return { localHost, localPort, remoteHost, remotePort };
}

/** Of a connection that was not taken, by whoever is there. */
const notTaken: readonly ErrorCode[] = ['not-wperf', 'connection-refused', 'timeout', 'proxy-failure'];

/** Where the first was taken there is a server: what one more meets is a bound. */
function notOneMore(error: WperfError): WperfError {
  if (!notTaken.includes(error.code)) return error;
  const { message, operation = 'connect', peer, cause } = error;
  const hint =
    'another connection of this test was taken, so their number may be limited, there or on the way: use fewer streams (-P), or --no-latency';
  const code = error.code === 'not-wperf' ? 'connection-refused' : error.code;
  return new WperfError(code, message, { operation, hint, cause, ...(peer !== undefined && { peer }) });
}
