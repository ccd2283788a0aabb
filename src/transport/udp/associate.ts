/**
 * The client's side of the greetings: shows the key, gives the cookie back in datagrams as long as packets will be, and so
 * finds out how long they may be. Liveness: it is over within `waits.datagramAnswerSeconds`.
 */
import { waits } from '../../defaults/index.js';
import { refusedHere, WperfError } from '../../errors.js';
import { onAbort } from '../../host/abort.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { type Deferred, deferred } from '../../host/deferred.js';
import { endpointText } from '../../net/endpoint.js';
import type { LoadWay } from '../load-transport.js';
import { greeting, readGreeting } from './greeting.js';
import type { DatagramSocket } from './sockets/socket.js';

type Way = Pick<LoadWay, 'host' | 'port' | 'key' | 'signal'>;

/** What any path takes (RFC 8200, section 5, less headers), and what nearly any does. */
const SHORTER_BYTES = [1452, 1372, 1232, 512];
/** Proofs of the length wished for, a try each, before shorter ones go beside it. */
const TRIES_OF_LONGEST = 3;
/** For the answer to a longer proof, once a shorter one is answered. */
const LONGER_SECONDS = 0.2;

/** How long packets may be: at most as long as wished. Rejects with a WperfError. */
export function associate(socket: DatagramSocket, way: Way, wishedBytes: number, clock: Clock): Promise<number> {
  return new Association(socket, way, wishedBytes, clock).run();
}

class Association {
  readonly #socket: DatagramSocket;
  readonly #way: Way;
  readonly #clock: Clock;
  readonly #settled: Deferred<number> = deferred();
  readonly #cancels: Cancel[] = [];
  /** Lengths to prove, the longest first. */
  #lengths: number[];
  #cookie: Buffer | undefined;
  #tries = 0;
  #cancelRetry: Cancel = () => {};
  #refused: NodeJS.ErrnoException | undefined;
  /** The longest proof that was answered. */
  #passed = 0;

  constructor(socket: DatagramSocket, way: Way, wishedBytes: number, clock: Clock) {
    this.#socket = socket;
    this.#way = way;
    this.#clock = clock;
    this.#lengths = [wishedBytes, ...SHORTER_BYTES.filter((bytes) => bytes < wishedBytes)];
  }

  run(): Promise<number> {
    const { signal } = this.#way;
    this.#socket.onDatagram = (datagram) => this.#hear(datagram);
    this.#socket.onError = (error) => this.#onError(error);
    const until = this.#clock.now() + waits.datagramAnswerSeconds;
    this.#cancels.push(this.#clock.at(until, () => this.#settled.reject(this.#silence())));
    this.#cancels.push(onAbort(signal, () => this.#settled.reject(signal.reason)));
    this.#say();
    return this.#settled.promise.finally(() => {
      this.#cancelRetry();
      for (const cancel of this.#cancels) cancel();
    });
  }

  #say(): void {
    const { key } = this.#way;
    if (this.#cookie === undefined) this.#socket.send(greeting('open', key));
    else this.#prove(this.#cookie, this.#tries < TRIES_OF_LONGEST ? this.#lengths.slice(0, 1) : this.#lengths);
    const pause = waits.datagramRetrySeconds * Math.min(4, 2 ** Math.max(0, this.#tries - 1));
    this.#tries += 1;
    this.#cancelRetry = this.#clock.at(this.#clock.now() + pause, () => this.#say());
  }

  #prove(cookie: Buffer, lengths: readonly number[]): void {
    const proof = Buffer.concat([this.#way.key, cookie]);
    for (const bytes of lengths) this.#socket.send(greeting('prove', proof, bytes));
  }

  #hear(datagram: Buffer): void {
    const said = readGreeting(datagram);
    if (said?.kind === 'challenge' && this.#cookie === undefined) {
      this.#cookie = said.fields;
      this.#tries = 0;
      this.#cancelRetry();
      this.#say();
    }
    if (said?.kind === 'ready' && this.#cookie !== undefined) this.#onReady(said.bytes);
  }

  #onReady(bytes: number): void {
    const isFirst = this.#passed === 0;
    this.#passed = Math.max(this.#passed, bytes);
    const settle = () => this.#settle();
    if (bytes >= (this.#lengths[0] ?? 0)) settle();
    else if (isFirst) this.#cancels.push(this.#clock.at(this.#clock.now() + LONGER_SECONDS, settle));
  }

  /** The far end goes by the last proof, which shorter ones may have been. */
  #settle(): void {
    this.#settled.resolve(this.#passed);
    if (this.#cookie && this.#tries > TRIES_OF_LONGEST) this.#prove(this.#cookie, [this.#passed]);
  }

  /** Of what is too long the kernel knows before the path is asked. */
  #onError(error: NodeJS.ErrnoException): void {
    if (error.code === 'EMSGSIZE' && this.#lengths.length > 1) {
      const { pathPayloadBytes = 0 } = this.#socket;
      const [tooLong = 0, ...shorter] = this.#lengths;
      const known = pathPayloadBytes > 0 && pathPayloadBytes < tooLong ? [pathPayloadBytes] : [];
      this.#lengths = [...known, ...shorter.filter((bytes) => bytes !== known[0])].sort((a, b) => b - a);
    } else this.#refused ??= error;
  }

  /** Who is at fault is told by how far it came. */
  #silence(): WperfError {
    const peer = endpointText(this.#way);
    const hint = 'measure over WebSocket, which passes: --udp for packets, without --proto';
    const detail = { operation: 'connect', peer, hint, cause: this.#refused };
    const seconds = Math.ceil(waits.datagramAnswerSeconds);
    if (this.#refused?.code === 'EPERM') return refusedHere(peer, hint, this.#refused);
    if (this.#refused) {
      const text = `UDP does not get through to ${peer}: the far end or a firewall refused it (${this.#refused.message})`;
      return new WperfError('unreachable', text, detail);
    }
    const far =
      this.#cookie === undefined ? `no answer came within ${seconds} s` : 'answers came, and none to longer datagrams';
    return new WperfError('unreachable', `UDP does not get through to ${peer}: ${far}, a firewall may drop it`, detail);
  }
}
