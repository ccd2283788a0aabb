/**
 * A client's test at an iperf3 server: its streams, and when all of them are done, its end. Liveness: streams end by
 * themselves, and the session bounds what comes after.
 */
import { iperf3, waits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import { sumIfAll } from '../../../measure/union.js';
import type { ClientStream } from '../../../modes/load/dialect.js';
import { withoutLoad } from '../../../modes/load/failure.js';
import { directionsOf } from '../../../modes/load/results.js';
import type { StreamTraits } from '../../../modes/load/stream/talk.js';
import type { Direction, TestPlan } from '../../../plan/plan.js';
import { shareOf } from '../../../plan/share.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { Closed, LoadLink } from '../../../transport/channel.js';
import { watchMovement } from '../../life.js';
import { streamIds } from '../wire/ids.js';
import { makePacketCodec } from '../wire/packet-codec.js';
import type { Results } from '../wire/results.js';
import { StreamData } from './data.js';
import { farResult, type OwnResult, ownResults, type StreamNumbers } from './figures.js';
import type { Opened } from './opening.js';
import { Session, type SessionListener } from './session.js';
import { Iperf3Talk } from './talk.js';

interface RunOptions {
  /** Of all streams. */
  readonly test: TestPlan;
  readonly clock: Clock;
  /** For errors, `host:port`. */
  readonly peer: string;
  /** The server's own report was asked for. */
  readonly serverOutput: boolean;
}

interface RunStream extends ClientStream {
  readonly numbers: StreamNumbers;
  readonly data: StreamData;
  /** Where it goes both ways, the one by which this end sends. */
  readonly link: LoadLink;
  readonly talk: Iperf3Talk;
}

export class ClientRun implements SessionListener {
  readonly streams: readonly RunStream[];
  readonly #traits: StreamTraits;
  readonly #options: RunOptions;
  readonly #links: readonly LoadLink[];
  readonly #session: Session;
  readonly #own = new Map<RunStream, OwnResult>();
  readonly #begunAt: number;
  #arrivedBytes = 0;
  #wanted: number;
  #interrupted = false;
  #isStopped = false;
  /** Nothing has moved for so long. */
  #silence: WperfError | undefined;
  #cancelWatch: Cancel = () => {};
  #cancelDelivery: Cancel = () => {};
  /** Between the last acknowledgement and the end of the test, where the system tells of acknowledgements. */
  #idleSeconds = 0;
  #watching = false;

  constructor({ control, reader, links, early }: Opened, options: RunOptions) {
    const { test, clock, peer } = options;
    const ids = streamIds(links.length);
    this.#options = options;
    this.#links = links;
    this.#begunAt = clock.now();
    this.#session = new Session({ control, reader, clock, peer, ids, listener: this });
    this.#wanted = test.direction === 'up' ? Number.POSITIVE_INFINITY : (test.bytes ?? Number.POSITIVE_INFINITY);
    this.#traits = {
      ownIntervals: true,
      // Those of all streams together do.
      receiveBytes: Number.POSITIVE_INFINITY,
      // The session gives up before.
      resultSeconds: iperf3.resultSeconds + iperf3.deliverySeconds + 1,
      ...(test.mode === 'datagram' && { codec: () => makePacketCodec(true), graceSeconds: 0 }),
    };
    this.streams = Array.from({ length: test.streams }, (_, i) => this.#streamOf(i, { links, early }, ids));
    for (const link of links) link.onClose = (closed) => this.#lost(closed);
    this.#session.begin();
  }

  get failure(): WperfError | undefined {
    return this.#interrupted ? undefined : this.#session.failure;
  }

  /** Of what this end sends; undefined where the system does not tell. */
  get deliveredBytes(): number | undefined {
    return sumIfAll(this.streams.map(({ data }) => data.deliveredBytes));
  }

  /** Why there is nothing of the server's where nobody has waited for it; undefined elsewhere. */
  get untold(): string[] | undefined {
    if (this.#interrupted)
      return ['A server of iperf3 tells nothing to a client that ends a test early: its figures are missing.'];
    return this.#isStopped
      ? ['A server of iperf3 that is stopped tells nothing more: its figures are missing.']
      : undefined;
  }

  onResults(results: Results): void {
    const { test, clock } = this.#options;
    const seconds = clock.now() - this.#begunAt - test.omitSeconds;
    this.streams.forEach(({ talk, numbers, test: own }, i) => {
      const times = { seconds, idleSeconds: this.#idleSeconds };
      const { output, outputJson, ...far } = farResult(results, numbers, own, times);
      // It is of the whole test. Some servers go on telling what the client before has asked for.
      const isWanted = i === 0 && this.#options.serverOutput;
      talk.hear({ type: 'result', ...far, ...(isWanted && given({ output, outputJson })) });
    });
    this.#quiet();
  }

  onStopped(): void {
    this.#isStopped = true;
    for (const { talk } of this.streams) {
      talk.hear({ type: 'end', reason: 'shutdown' });
      talk.hear({ type: 'result' });
    }
    this.#quiet();
  }

  onFailed(error: WperfError): void {
    for (const { talk } of this.streams) talk.fail(error);
    this.#quiet();
  }

  async close(): Promise<void> {
    this.#quiet();
    await this.#session.close();
    for (const link of this.#links) link.drop();
  }

  /** Of one connection each way, those that send are made first. */
  #streamOf(index: number, { links, early }: Pick<Opened, 'links' | 'early'>, ids: readonly number[]): RunStream {
    const { test, peer } = this.#options;
    const { direction, streams } = test;
    const back = direction === 'bidir' ? streams + index : index;
    const numbers = {
      ...(direction !== 'down' && given({ sends: ids[index] })),
      ...(direction !== 'up' && given({ receives: ids[back] })),
    };
    const [link, incoming] = [links[index], links[back]];
    if (!link || !incoming) throw new WperfError('internal', 'a stream without a connection');
    const data = new StreamData(link, incoming, (bytes) => this.#arrived(bytes), early.get(incoming));
    const stream: RunStream = {
      ...{ id: index + 1, numbers, data, link, test: streamTest(test, index + 1) },
      close: () => this.close(),
      traits: { ...this.#traits, isUnheard: () => data.deliveredBytes === 0 },
      talk: new Iperf3Talk({
        peer,
        watch: (silenceSeconds) => this.#watch(silenceSeconds),
        done: (result, sentPackets) => this.#done(stream, result, sentPackets),
        terminate: () => this.#terminate(),
        fail: (error) => this.#session.fail(error),
      }),
    };
    return stream;
  }

  /** Bytes are wanted of all streams together: a server that has sent so many stops by itself. */
  #arrived(bytes: number): void {
    this.#arrivedBytes += bytes;
    if (this.#arrivedBytes < this.#wanted) return;
    this.#wanted = Number.POSITIVE_INFINITY;
    for (const { talk } of this.streams) talk.hear({ type: 'over' });
  }

  #done(stream: RunStream, result: MessageOf<'result'>, sentPackets: number): void {
    this.#own.set(stream, { numbers: stream.numbers, result, sentPackets });
    if (this.#interrupted) stream.talk.hear({ type: 'result' });
    else if (this.#own.size === this.streams.length) {
      this.#cancelWatch();
      this.#delivered(() => this.#end());
    }
  }

  #end(): void {
    const own = this.streams.flatMap((stream) => this.#own.get(stream) ?? []);
    this.#quiet();
    const seconds = this.#silence ? iperf3.unheardSeconds : iperf3.resultSeconds;
    const unheard = this.#unheard();
    const late = (error: WperfError, isHeard: boolean) => (isHeard ? unheard : undefined) ?? this.#silence ?? error;
    this.#session.end(ownResults(own, this.#options.test), { seconds, late });
  }

  /** What it means that a server answers, and its results, which may be long themselves, do not come. */
  #unheard(): WperfError | undefined {
    const { test, peer } = this.#options;
    const way = directionsOf(test).find((direction) => !this.#deliveredBytes(direction));
    if (way === undefined) return undefined;
    const isKnown = this.#deliveredBytes(way) === 0;
    return withoutLoad('client', way, peer, isKnown ? {} : { what: 'nothing tells that any load' });
  }

  #terminate(): void {
    if (this.#interrupted) return;
    this.#interrupted = true;
    this.#quiet();
    this.#session.terminate();
    for (const stream of this.#own.keys()) stream.talk.hear({ type: 'result' });
  }

  /** A server drops what it has not read when a test ends: one by bytes waits until all is there. */
  #delivered(done: () => void): void {
    const { test, clock } = this.#options;
    if (test.bytes === undefined || test.direction === 'down' || test.mode === 'datagram' || this.#silence) {
      done();
      return;
    }
    const until = clock.now() + iperf3.deliverySeconds;
    const look = () => {
      const waiting = this.streams.some(({ link }) => (link.kernel?.sample()?.waitingBytes ?? 0) > 0);
      const now = clock.now();
      this.#cancelDelivery =
        waiting && now < until
          ? clock.at(now + iperf3.deliveryLookSeconds, look)
          : clock.at(now + iperf3.readingSeconds, () => {
              if (!waiting && this.deliveredBytes !== undefined) this.#idleSeconds = clock.now() - now;
              done();
            });
    };
    look();
  }

  /** Once for all streams. */
  #watch(silenceSeconds: number): void {
    if (this.#watching) return;
    this.#watching = true;
    const { clock, peer } = this.#options;
    this.#session.watch(silenceSeconds);
    this.#cancelWatch = watchMovement(clock, {
      ...{ count: () => this.#look(), silenceSeconds, lookSeconds: waits.heartbeatSeconds / 2 },
      onSilence: () => {
        const text = `nothing came through to or from ${peer} for ${silenceSeconds} s; it is taken for lost`;
        this.#onSilence(new WperfError('peer-lost', text, { operation: 'test', peer }));
      },
    });
  }

  /** Load may never have arrived, and the server be there all the same: it is asked what did by ending the test. */
  #onSilence(lost: WperfError): void {
    const isHopeless = this.#options.test.direction === 'down' || this.deliveredBytes;
    if (isHopeless) {
      this.#session.fail(lost);
      return;
    }
    this.#silence = lost;
    for (const { talk } of this.streams) {
      // Once for what comes, and once for what goes.
      talk.hear({ type: 'over' });
      talk.hear({ type: 'over' });
    }
  }

  /** Undefined where the system does not tell. */
  #deliveredBytes(direction: Direction): number | undefined {
    return direction === 'down' ? this.#arrivedBytes : this.deliveredBytes;
  }

  /** Bytes that have moved in either direction. */
  #look(): number {
    return this.streams.reduce((sum, { data }) => sum + data.look(), 0);
  }

  #lost({ reason, text }: Closed): void {
    const { peer } = this.#options;
    const why = text === '' ? '' : ` (${text})`;
    const message = `a connection for load with ${peer} was lost${why}`;
    const error = new WperfError('peer-lost', message, { operation: 'test', peer });
    if (reason === 'too-long') this.#session.fail(error);
    else this.#session.lost(error);
  }

  #quiet(): void {
    this.#cancelWatch();
    this.#cancelDelivery();
  }
}

/** Each sends its share; what comes is counted over all. */
function streamTest(test: TestPlan, id: number): TestPlan {
  const { bytes, ...rest } = test;
  const share = test.direction === 'down' ? undefined : shareOf(bytes, id, test.streams);
  return { ...rest, ...given({ bytes: share }) };
}
