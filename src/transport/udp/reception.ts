/**
 * The server's side of the greetings at its UDP port, for every transport that goes by UDP: no state is kept of an address
 * before it has given the cookie back, and nobody without a good key is answered.
 */
import { given } from '../../given.js';
import type { Clock } from '../../host/clock.js';
import type { GrantedLoad, LoadListener, LoadPlace } from '../load-transport.js';
import { Cookies } from './cookies.js';
import { cookieOf, type Greeting, greeting, keyOfGreeting, readGreeting } from './greeting.js';
import { openDatagramDoor } from './sockets/open.js';
import type { DatagramDoor, DatagramSocket, Peer, PeerOptions } from './sockets/socket.js';

/** A transport that wants the sockets of those who show its keys. */
interface Guest {
  readonly place: LoadPlace;
  /** What its datagrams need of the socket. */
  readonly optionsFor: (granted: GrantedLoad) => Pick<PeerOptions, 'maxBytes' | 'fragments'>;
  /** `provedBytes` is the length of the datagram that proved the address, which has been answered. */
  readonly welcome: (socket: DatagramSocket, key: Buffer, provedBytes: number) => void;
}

/**
 * Told of datagrams that are no greetings, of peers that have no socket of their own; the bytes are the listener's only
 * until it returns. False is not heard.
 */
type Foreigner = (datagram: Buffer, from: Peer) => boolean;

export interface ForeignPort extends LoadListener {
  /** From now on the peer's datagrams go to a socket of its own. Throws where the system has none, or the peer one. */
  open(peer: Peer, options?: PeerOptions): DatagramSocket;
}

class DatagramReception {
  readonly #door: DatagramDoor;
  readonly #cookies: Cookies;
  readonly #guests = new Set<Guest>();
  readonly #foreigners = new Set<Foreigner>();

  constructor(door: DatagramDoor, clock: Clock) {
    this.#door = door;
    this.#cookies = new Cookies(clock);
    door.onStray = (datagram, from) => this.#hear(datagram, from);
  }

  join(guest: Guest): LoadListener {
    return { close: this.#enter(this.#guests, guest) };
  }

  joinForeign(foreigner: Foreigner): ForeignPort {
    return {
      open: (peer, options) => this.#door.open(peer, options),
      close: this.#enter(this.#foreigners, foreigner),
    };
  }

  /** Gives how to leave. The last that leaves closes the port. */
  #enter<T>(all: Set<T>, one: T): () => void {
    all.add(one);
    return () => {
      all.delete(one);
      if (this.#guests.size + this.#foreigners.size === 0) this.#door.close();
    };
  }

  #hear(datagram: Buffer, from: Peer): void {
    const said = readGreeting(datagram);
    const guest = said && this.#hostOf(said);
    const isHeard = !said && [...this.#foreigners].some((hear) => hear(datagram, from));
    if (isHeard) return;
    const [anyone] = this.#guests;
    if (!guest) {
      anyone?.place.ignored();
      return;
    }
    try {
      if (said.kind === 'open') this.#challenge(said, from, guest);
      else if (this.#cookies.isGood(cookieOf(said), from, keyOfGreeting(said))) this.#admit(said, from, guest);
      else guest.place.ignored();
    } catch {
      guest.place.ignored();
    }
  }

  /** Whoever spoke to one of several addresses takes an answer from no other. */
  #challenge(said: Greeting, from: Peer, { place }: Guest): void {
    const key = keyOfGreeting(said);
    this.#door.reply(greeting('challenge', this.#cookies.make(from, key)), from, place.granted(key)?.localHost);
  }

  /** Whose key it is; a greeting of another kind has none. */
  #hostOf(said: Greeting): Guest | undefined {
    if (said.kind !== 'open' && said.kind !== 'prove') return undefined;
    return [...this.#guests].find(({ place }) => place.granted(keyOfGreeting(said)) !== undefined);
  }

  /** An address that has a socket already, or options that cannot be had, are refused in silence. */
  #admit(said: Greeting, from: Peer, { place, optionsFor, welcome }: Guest): void {
    const key = Buffer.from(keyOfGreeting(said));
    const granted = place.granted(key);
    if (!granted) return;
    const { localHost, socket: wishes } = granted;
    const socket = this.#door.open(from, { ...optionsFor(granted), ...given({ localHost }), ...wishes });
    socket.send(greeting('ready', undefined, said.bytes));
    welcome(socket, key, said.bytes);
  }
}

/** One for all transports of a server that go by UDP. */
const receptions = new Map<string, Promise<DatagramReception>>();

export function joinReception(guest: Guest, clock: Clock): Promise<LoadListener> {
  return joinAt(guest.place, clock, (reception) => reception.join(guest));
}

/** For another program's datagrams at the same port. */
export function joinForeign(
  place: Pick<LoadPlace, 'host' | 'port'>,
  foreigner: Foreigner,
  clock: Clock,
): Promise<ForeignPort> {
  return joinAt(place, clock, (reception) => reception.joinForeign(foreigner));
}

async function joinAt<T extends LoadListener>(
  { host, port }: Pick<LoadPlace, 'host' | 'port'>,
  clock: Clock,
  join: (reception: DatagramReception) => T,
): Promise<T> {
  const at = `${host} ${port}`;
  const open = async () => new DatagramReception(await openDatagramDoor({ host, port }), clock);
  const opening = receptions.get(at) ?? open();
  receptions.set(at, opening);
  try {
    const listener = join(await opening);
    return { ...listener, close: () => void Promise.all([receptions.delete(at), listener.close()]) };
  } catch (error) {
    receptions.delete(at);
    throw error;
  }
}
