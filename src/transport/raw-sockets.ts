/**
 * TCP connections of a client for a dialect that has nothing of WebSocket about it, by the way to the server that the
 * user named. All go to the address of the first. Liveness: the way bounds each attempt.
 */
import type { Socket } from 'node:net';
import { WperfError } from '../errors.js';
import { given } from '../given.js';
import type { Clock } from '../host/clock.js';
import { socketOf } from '../plan/socket.js';
import { inTime } from './connect/in-time.js';
import { openSocket } from './connect/open.js';
import type { Settled, Way } from './transport.js';

/** The number of a connection for load, from 1, or the one beside them. */
export type Place = number | 'beside';

export class RawSockets {
  readonly way: Way;
  readonly clock: Clock;
  readonly #over = new AbortController();
  readonly #ends = new Set<() => void>();
  #settled: Settled | undefined;
  #first: Promise<Socket> | undefined;

  constructor(way: Way, clock: Clock) {
    this.way = way;
    this.clock = clock;
  }

  /** Begins to connect at once; the next to be opened beside the load is this one. Rejects with a WperfError. */
  begin(): Promise<Socket> {
    this.#first ??= this.#open('beside');
    return this.#first;
  }

  /** Paused. Rejects with a WperfError. */
  openTcp(place: Place): Promise<Socket> {
    const begun = place === 'beside' ? this.#first : undefined;
    if (begun) this.#first = undefined;
    return begun ?? this.#open(place);
  }

  /** Options for load are none of the connection beside it. */
  wayOf(place: Place): Way {
    const { socket: all, ...way } = this.way;
    const { socket = all } = socketOf(this.way, place);
    const own = place === 'beside' ? given({ device: all?.device, deviceOfBind: all?.deviceOfBind }) : socket;
    return { ...way, ...this.#settled, ...(own && { socket: own }) };
  }

  /** Has something ended with all others. Returns how to take that back. */
  endWithAll(end: () => void): () => void {
    this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  /** Ends all of them, those too that are still being made. */
  dropAll(): void {
    this.#over.abort(new WperfError('interrupted', 'interrupted while connecting'));
    for (const end of this.#ends) end();
    this.#ends.clear();
  }

  async #open(place: Place): Promise<Socket> {
    const { clock } = this;
    const { connectTimeoutMs } = this.way;
    const onSettled = (settled: Settled) => {
      this.#settled ??= settled;
    };
    const socket = await inTime({ connectTimeoutMs, clock, given: this.#over.signal }, (signal) =>
      openSocket(this.wayOf(place), { clock, signal, onSettled }),
    );
    socket.once(
      'close',
      this.endWithAll(() => void socket.destroy()),
    );
    socket.pause();
    socket.setNoDelay(true);
    return socket;
  }
}
