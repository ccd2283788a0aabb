/**
 * A server's side of connections for load: gives out keys, listens over every transport that it offers, and brings each
 * connection to whoever waits for it. A key is good once and for `waits.keySeconds`; what comes without a good one is
 * ended without a word, and counted.
 */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { bounds, waits } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { deferred } from '../../host/deferred.js';
import type { ExpectedLoad, GrantedLoad, LoadReception } from '../carriage.js';
import type { LoadLink } from '../channel.js';
import type { LoadListener, LoadPlace, LoadTransport } from '../load-transport.js';
import { keyOf, OPENING_BYTES } from './key.js';
import { abandon, isStream, linkOf } from './links.js';

interface Expectation {
  readonly transport: LoadTransport;
  readonly granted: GrantedLoad;
  readonly resolve: (link: LoadLink) => void;
  readonly reject: (error: WperfError) => void;
}

/** Told that a connection's key is good, says why it is not taken all the same. */
type Shown = () => WperfError | undefined;

interface ReceptionOptions {
  readonly clock: Clock;
  /** Names of what may carry load, `ws` among them; undefined is all. */
  readonly allowed: readonly string[] | undefined;
  readonly transports: readonly LoadTransport[];
  /** One of them cannot listen, and is not offered after all. */
  readonly onAbsent: (name: string, error: unknown) => void;
}

export class Reception implements LoadReception {
  /** What strangers sent and what was shown no good key. */
  ignored = 0;
  readonly #clock: Clock;
  readonly #transports = new Map<string, LoadTransport>();
  readonly #allowed: readonly string[] | undefined;
  readonly #onAbsent: ReceptionOptions['onAbsent'];
  readonly #listeners = new Map<string, LoadListener>();
  /** By key. */
  readonly #expected = new Map<string, Expectation>();
  /** Connections whose key is not read yet. */
  readonly #keyless = new Set<Duplex>();

  constructor({ clock, transports, allowed, onAbsent }: ReceptionOptions) {
    this.#clock = clock;
    this.#allowed = allowed;
    this.#onAbsent = onAbsent;
    for (const transport of transports) {
      if (allowed?.includes(transport.name) ?? true) this.#transports.set(transport.name, transport);
    }
  }

  /** A transport that cannot listen is not offered. */
  async listen(place: Pick<LoadPlace, 'host' | 'port'>): Promise<void> {
    for (const transport of this.#transports.values()) {
      try {
        const listener = await transport.listen?.({
          ...place,
          granted: (key) => this.#find(transport, key)?.granted,
          accept: (connection, key) => this.#accept(transport, connection, key),
          ignored: () => this.#ignore(),
        });
        if (listener) this.#listeners.set(transport.name, listener);
      } catch (error) {
        this.#transports.delete(transport.name);
        this.#onAbsent(transport.name, error);
      }
    }
  }

  /** What a transport carries, undefined of `ws`. Throws `request-refused` for one that is not offered. */
  allow(name: string): LoadTransport['carries'] | undefined {
    const isWs = name === 'ws' && (this.#allowed?.includes('ws') ?? true);
    return isWs ? undefined : this.#offered(name).carries;
  }

  /** Throws `request-refused` where the transport is not offered. */
  expect(name: string, granted: GrantedLoad): ExpectedLoad {
    const transport = this.#offered(name);
    const flaw = transport.flawOf?.(granted.settings);
    if (flaw !== undefined) throw new WperfError('request-refused', `${name}: ${flaw}`);
    const key = randomBytes(16).toString('hex');
    const arrived = deferred<LoadLink>();
    const cancelLate = this.#expire(key, transport, arrived.reject);
    const cancel = () => {
      cancelLate();
      this.#expected.delete(key);
    };
    this.#expected.set(key, { transport, granted, resolve: arrived.resolve, reject: arrived.reject });
    arrived.promise.then(cancel, cancel);
    return { key, port: this.#listeners.get(name)?.port, link: arrived.promise, cancel };
  }

  /** A connection to the server's own port that begins with an opening of load. */
  take(stream: Duplex, shown: Shown): void {
    this.#readKey(stream, undefined, shown);
  }

  async close(): Promise<void> {
    for (const stream of this.#keyless) stream.destroy();
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
  }

  #offered(name: string): LoadTransport {
    const transport = this.#transports.get(name);
    if (transport) return transport;
    const names = [...(this.#allowed?.includes('ws') === false ? [] : ['ws']), ...this.#transports.keys()];
    throw new WperfError('request-refused', `the server offers no --proto ${name}, but ${names.join(', ')}`);
  }

  #expire(key: string, { name }: LoadTransport, reject: (error: WperfError) => void): Cancel {
    return this.#clock.at(this.#clock.now() + waits.keySeconds, () => {
      this.#expected.delete(key);
      const text = `no ${name} connection with the key of this test reached the server within ${waits.keySeconds} s`;
      reject(new WperfError('unreachable', text));
    });
  }

  #find(transport: LoadTransport | undefined, key: Buffer): Expectation | undefined {
    const expectation = this.#expected.get(key.toString('hex'));
    return transport === undefined || expectation?.transport === transport ? expectation : undefined;
  }

  #accept(transport: LoadTransport, connection: Duplex | LoadLink, key: Buffer | undefined): void {
    if (key) this.#bring(connection, key, transport);
    else if (isStream(connection)) this.#readKey(connection, transport);
    else abandon(connection);
  }

  /** Without a transport it is any that has no port of its own. */
  #bring(connection: Duplex | LoadLink, key: Buffer, transport?: LoadTransport, shown?: Shown): void {
    const expectation = this.#find(transport, key);
    if (!expectation || (!transport && expectation.transport.listen)) {
      this.#ignore();
      abandon(connection);
      return;
    }
    this.#expected.delete(key.toString('hex'));
    const refusal = shown?.();
    if (refusal) {
      expectation.reject(refusal);
      abandon(connection);
      return;
    }
    const remote = remoteOf(connection, expectation.granted.remoteHost);
    expectation.resolve(linkOf(connection, expectation.transport, remote));
  }

  /** Liveness: what shows no key in time is ended, and of too many the one that has waited longest. */
  #readKey(stream: Duplex, transport?: LoadTransport, shown?: Shown): void {
    const cancel = this.#clock.at(this.#clock.now() + waits.keySeconds, () => stream.destroy());
    this.#keyless.add(stream);
    const [oldest] = this.#keyless;
    if (this.#keyless.size > bounds.keylessStreams) oldest?.destroy();
    const gone = () => {
      cancel();
      this.#keyless.delete(stream);
    };
    stream.on('error', () => {});
    stream.once('close', gone);
    readOpening(stream, transport?.carries === 'messages', (opening) => {
      gone();
      stream.off('close', gone);
      this.#bring(stream, keyOf(opening) ?? Buffer.alloc(0), transport, shown);
    });
  }

  #ignore(): void {
    this.ignored += 1;
  }
}

/** Leaves what comes behind the opening unread. */
function readOpening(stream: Duplex, isWhole: boolean, done: (opening: Buffer) => void): void {
  let seen = Buffer.alloc(0);
  const look = (chunk: unknown) => {
    seen = Buffer.concat([seen, chunk instanceof Uint8Array ? chunk : Buffer.alloc(OPENING_BYTES + 1)]);
    if (seen.length < OPENING_BYTES && !isWhole) return;
    stream.off('data', look);
    stream.pause();
    const rest = isWhole ? Buffer.alloc(0) : seen.subarray(OPENING_BYTES);
    if (rest.length > 0) stream.unshift(rest);
    done(isWhole ? seen : seen.subarray(0, OPENING_BYTES));
  };
  stream.on('data', look);
}

function remoteOf(connection: Duplex | LoadLink, remoteHost: string) {
  const { remotePort = 0 } = connection as { readonly remotePort?: number };
  return { remoteHost, remotePort };
}
