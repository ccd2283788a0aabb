/**
 * How long datagrams may be, each way, without fragments: many lengths are tried at once, and between the longest that
 * passed and the shortest that did not, others. Liveness: each round has its patience, and lengths are few.
 */
import { datagramProbe } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { Clock } from '../../host/clock.js';
import type { LoadLink } from '../channel.js';
import { type Greeting, greeting, pairOf, readGreeting } from './greeting.js';
import { type DatagramSocket, LARGEST_DATAGRAM } from './sockets/socket.js';

/** `downBytes` is null where the far end cannot keep its datagrams whole. */
export type ProbedPath = NonNullable<LoadLink['probed']>;

/** What nearly any path takes in one piece. */
const ANY_PATH_BYTES = 512;

/**
 * `passedBytes` is a length that is known to pass both ways, `isWhole` says whether in one piece. Takes the socket's `onDatagram` and `onError` for a while.
 * Rejects with a WperfError where this machine cannot keep datagrams whole.
 */
export async function probePath(
  socket: DatagramSocket,
  { passedBytes: known, isWhole }: { readonly passedBytes: number; readonly isWhole: boolean },
  clock: Clock,
): Promise<ProbedPath> {
  const passedBytes = isWhole ? known : Math.min(known, ANY_PATH_BYTES);
  const { pathPayloadBytes: most } = socket;
  if (most === undefined) {
    const text = '--probe-mtu cannot be had at this machine: its datagrams are cut where they are too long';
    throw new WperfError('socket-option', text, { operation: 'connect', hint: 'on Linux, install the package koffi' });
  }
  const prober = new Prober(socket, clock);
  socket.onDatagram = (datagram) => {
    const said = readGreeting(datagram);
    if (said) prober.heard(said);
  };
  // A length that this machine cannot send does not pass.
  socket.onError = () => {};
  const upBytes = await prober.longest('probe', passedBytes, Math.max(most, passedBytes));
  const isAnswered = await prober.passes('ask', passedBytes);
  return { upBytes, downBytes: isAnswered ? await prober.longest('ask', passedBytes, LARGEST_DATAGRAM) : null };
}

/** The far end's part: says what came, and sends what is asked for where it can keep that whole; so often and no more. */
export function answerProbes(socket: DatagramSocket): (said: Greeting) => void {
  let left: number = datagramProbe.answers;
  return ({ kind, fields, bytes }) => {
    const isCut = kind === 'ask' && socket.pathPayloadBytes === undefined;
    if ((kind !== 'probe' && kind !== 'ask') || left === 0 || isCut) return;
    left -= 1;
    const number = fields.readUInt32BE(0);
    if (kind === 'probe') socket.send(greeting('probed', pairOf(number, bytes)));
    else socket.sendWhole(greeting('probe', pairOf(number), Math.min(LARGEST_DATAGRAM, fields.readUInt32BE(4))));
  };
}

class Prober {
  readonly #socket: DatagramSocket;
  readonly #clock: Clock;
  readonly #passed = new Set<number>();
  #onHeard = () => {};

  constructor(socket: DatagramSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** An answer to a probe names the length; a probe that was asked for has it. */
  heard({ kind, fields, bytes }: Greeting): void {
    if (kind === 'probed') this.#passed.add(fields.readUInt32BE(4));
    else if (kind === 'probe') this.#passed.add(bytes);
    this.#onHeard();
  }

  async longest(kind: 'probe' | 'ask', passes: number, most: number): Promise<number> {
    let [longest, ceiling] = [passes, most + 1];
    while (ceiling - longest > 1) {
      const lengths = between(longest, ceiling);
      await this.#round(kind, lengths);
      longest = Math.max(longest, ...lengths.filter((bytes) => this.#passed.has(bytes)));
      ceiling = Math.min(ceiling, ...lengths.filter((bytes) => bytes > longest));
      this.#passed.clear();
    }
    return longest;
  }

  async passes(kind: 'probe' | 'ask', bytes: number): Promise<boolean> {
    await this.#round(kind, [bytes]);
    return this.#passed.delete(bytes);
  }

  /** Settles once all are answered, or after some tries. */
  async #round(kind: 'probe' | 'ask', lengths: readonly number[]): Promise<void> {
    for (let tries = 0; tries < datagramProbe.tries; tries++) {
      const missing = lengths.filter((bytes) => !this.#passed.has(bytes));
      if (missing.length === 0) return;
      for (const bytes of missing) this.#socket.sendWhole(kind === 'probe' ? probe(bytes) : ask(bytes));
      await this.#patience(() => missing.every((bytes) => this.#passed.has(bytes)));
    }
  }

  #patience(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.at(this.#clock.now() + datagramProbe.roundSeconds, resolve);
      this.#onHeard = () => {
        if (!isDone()) return;
        cancel();
        resolve();
      };
    });
  }
}

const probe = (bytes: number) => greeting('probe', pairOf(bytes), bytes);
const ask = (bytes: number) => greeting('ask', pairOf(bytes, bytes));

/** Lengths spread evenly, the longest that may be among them, and those that paths usually take. */
function between(longest: number, ceiling: number): number[] {
  const step = Math.max(1, Math.ceil((ceiling - 1 - longest) / datagramProbe.lengths));
  const even: number[] = [];
  for (let bytes = ceiling - 1; bytes > longest; bytes -= step) even.push(bytes);
  const usual = datagramProbe.usualBytes.flatMap((bytes) => [bytes, bytes + 1]);
  return [...new Set([...even, ...usual.filter((bytes) => bytes > longest && bytes < ceiling)])];
}
