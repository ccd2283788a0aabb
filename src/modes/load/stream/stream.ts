/**
 * One stream of a test. Both ends run this same code, whatever the load: an end that sends runs the sender, an end
 * that receives the receiver, and in a bidirectional test each end runs both. Liveness: each loop ends at its deadline;
 * the silence of the peer, the wait for its first payload and for its result are bounded by `waits`.
 */
import { waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import { onAbort } from '../../../host/abort.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import type { Span } from '../../../measure/span.js';
import type { IntervalRecord } from '../../../measure/timeline.js';
import { noUsage, type UsageMeter } from '../../../measure/usage.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { MessageOf } from '../../../protocol/messages.js';
import { type Standstill, watchStandstill } from '../../../traffic/standstill.js';
import { takesPart } from '../results.js';
import { Arrivals } from './arrivals.js';
import { datagramLoad } from './datagram.js';
import type { LiveCounts, StreamOutcome } from './figures.js';
import { boundFirstPayload } from './first-payload.js';
import type { Load, LoadReceiver } from './load.js';
import type { StreamOptions } from './options.js';
import { ownResult } from './own-result.js';
import { Patience } from './patience.js';
import { startReceiving } from './receiving.js';
import { Reports, type SentFigures } from './reports.js';
import { CountsBeyondOmitted } from './running-counts.js';
import { type Sending, startSending } from './sender/sending.js';
import type { FarResult, FarWord } from './talk.js';
import { throughputLoad } from './throughput.js';

export interface StreamRun {
  readonly outcome: Promise<StreamOutcome>;
  /** Once the outcome has failed: what this end knows nevertheless. */
  remains(): Promise<StreamOutcome>;
  counts(): LiveCounts;
}

/** At the client starts the test, at the server makes ready for the client's start. */
export function startStream(options: StreamOptions): StreamRun {
  const stream = new Stream(options);
  const outcome = stream.run().finally(() => stream.release());
  return { outcome, remains: () => stream.remains(), counts: () => stream.counts() };
}

const tooMuch = 'a count of more than it was sent';

class Stream {
  readonly #options: StreamOptions;
  readonly #clock: Clock;
  readonly #load: Load;
  readonly #receiver: LoadReceiver | undefined;
  readonly #reports: Reports;
  readonly #arrivals: Arrivals;
  #sending: Sending | undefined;
  #usage: UsageMeter | undefined;
  #deadline = Number.POSITIVE_INFINITY;
  #standstill: Standstill | undefined;
  readonly #counts: CountsBeyondOmitted;
  #patience: Patience;
  readonly #cancels: Cancel[] = [];
  #remote: FarResult | undefined;
  #ended: StreamOutcome['ended'];
  #peerOver = false;
  /** This end has sent and received all. */
  #isDone = false;
  /** It was this end that gave up waiting for load. */
  #isStarved = false;

  constructor(options: StreamOptions) {
    const { stream, test, role, host } = options;
    this.#options = options;
    this.#clock = host.clock;
    this.#patience = new Patience(host.clock);
    this.#counts = new CountsBeyondOmitted(() => ({
      pacing: this.#sending?.sender.pacing,
      stalledSeconds: this.#standstill?.seconds ?? 0,
      socketDrops: stream.data.socketDrops,
      refusedDatagrams: stream.data.refusedDatagrams,
      unreadSeconds: this.#sending?.unread?.seconds,
    }));
    this.#reports = new Reports(options);
    this.#arrivals = new Arrivals(options, () => this.#sending?.sender);
    this.#load = test.mode === 'datagram' ? datagramLoad : throughputLoad;
    if (!takesPart(role, test, false)) return;
    // Before the start: its frame and the first load may arrive in one chunk.
    this.#receiver = startReceiving(this.#load, {
      ...{ stream, test, ownTest: this.#ownTest, clock: host.clock },
      onInterval: (record, packets) => this.#reports.received(record, packets),
    });
  }

  counts(): LiveCounts {
    return { sentBytes: this.#sending?.sender.bytes ?? 0, receivedBytes: this.#receiver?.bytes ?? 0 };
  }

  async run(): Promise<StreamOutcome> {
    const { talk } = this.#options.stream;
    await talk.begin();
    this.#begin();
    const reading = this.#readMessages();
    const [sent, received] = await Promise.race([this.#localDone(), reading.then(() => this.#localDone())]);
    this.#isDone = true;
    const own = this.#ownFigures(sent, received);
    talk.say(own.message);
    await this.#remoteResult(reading);
    const late = {
      tcp: this.#sending?.figures.tcp,
      remote: this.#remote,
      reported: this.#arrivals.reported,
      ended: this.#ended,
    };
    return { ...own.outcome, ...given(late) };
  }

  /** Stops what still runs, and tells what it came to. */
  async remains(): Promise<StreamOutcome> {
    this.release();
    const [sent, received] = await this.#localDone();
    return { ...this.#ownFigures(sent, received).outcome, ...given({ remote: this.#remote }) };
  }

  /** Stops whatever still runs. */
  release(): void {
    this.#reports.end();
    this.#patience.stop();
    for (const cancel of this.#cancels) cancel();
    this.#sending?.stop();
    this.#receiver?.stop();
  }

  #begin(): void {
    const { stream, role, test, silenceSeconds = waits.peerSilenceSeconds, onStart } = this.#options;
    onStart?.();
    this.#meter();
    this.#deadline = this.#clock.now() + test.omitSeconds + test.seconds;
    const standstill = watchStandstill(this.#clock);
    this.#standstill = standstill;
    this.#patience = new Patience(this.#clock);
    this.#cancels.push(() => standstill.stop());
    this.#cancels.push(this.#counts.begin(this.#clock, test.omitSeconds));
    stream.talk.watch(silenceSeconds);
    this.#obeyStop();
    this.#boundFirstPayload();
    if (takesPart(role, test, true) && !this.#ended) this.#beginSending();
  }

  #meter(): void {
    const { host, test } = this.#options;
    const usage = host.meterUsage();
    this.#usage = usage;
    if (test.omitSeconds === 0) usage.count();
    else this.#cancels.push(this.#clock.at(this.#clock.now() + test.omitSeconds, () => usage.count()));
  }

  #beginSending(): void {
    const { stream, test } = this.#options;
    this.#sending = startSending(this.#load, {
      ...{ stream, test, ownTest: this.#ownTest, clock: this.#clock, standstill: this.#standstill },
      onInterval: (record, figures) => this.#onSentInterval(record, figures),
    });
  }

  /** By which this end ends by itself. */
  get #ownTest(): TestPlan {
    const { test, stream } = this.#options;
    const { bytes: _, ...timed } = test;
    return stream.traits?.farCounts ? timed : test;
  }

  #obeyStop(): void {
    const { stop } = this.#options;
    this.#cancels.push(onAbort(stop, () => this.#endEarly(stop.reason === 'shutdown' ? 'shutdown' : 'interrupted')));
  }

  #localDone(): Promise<[Span | undefined, Span | undefined]> {
    return Promise.all([this.#sending?.sender.finished, this.#receiver?.finished]);
  }

  /** Until the far side's result, and what it has to tell of intervals after that. */
  async #readMessages(): Promise<void> {
    while (this.#remote === undefined) await this.#readMessage();
    try {
      while (this.#awaitsStatistics) await this.#readMessage();
    } catch {
      // It has told its result, and may leave.
    }
  }

  async #readMessage(): Promise<void> {
    const word = await this.#nextWord();
    if (word.type === 'interval' && this.#sending) this.#onPeerInterval(word);
    else if (word.type === 'sending' && this.#receiver) this.#reports.came(word);
    else if (word.type === 'end') this.#onPeerEnd(word.reason);
    else if (word.type === 'over') this.#onPeerOver();
    else if (word.type === 'sent' && this.#receiver?.peerSent) this.#onPeerSent(this.#receiver, word.packets);
    else if (word.type === 'result' && !this.#remote) this.#onPeerResult(word);
    else throw this.#refuse(`${word.type} where none was due`);
  }

  get #awaitsStatistics(): boolean {
    return this.#reports.awaits(this.#isDone);
  }

  /** A far side that gave up waiting for load has received none. */
  async #nextWord(): Promise<FarWord> {
    const { talk, traits } = this.#options.stream;
    try {
      return await talk.next();
    } catch (error) {
      const starved = toWperfError(error).code === 'no-load' && (traits?.isUnheard?.() ?? !this.#isStarved);
      if (starved && this.#sending) this.#remote = { received: { start: 0, end: 0, bytes: 0 } };
      throw error;
    }
  }

  #onPeerSent(receiver: LoadReceiver, packets: number): void {
    if (!receiver.peerSent?.(packets)) throw this.#refuse(`a count of ${packets} packets`);
  }

  #onPeerResult(result: FarResult): void {
    if (!this.#arrivals.believes(result)) throw this.#refuse(tooMuch);
    this.#remote = result;
  }

  #onPeerInterval({ type: _, packets, ...record }: MessageOf<'interval'>): void {
    if (!this.#arrivals.add(record)) throw this.#refuse(tooMuch);
    this.#patience.heard(record.end + (record.omitted ? 0 : this.#options.test.omitSeconds));
    this.#onSentInterval(record, packets && { packets });
  }

  #onSentInterval(record: IntervalRecord, figures?: SentFigures): void {
    this.#reports.sent(record, figures, this.#sending?.figures);
  }

  /** Said again, or to an end that only sends, it means that nothing more is wanted either. */
  #onPeerOver(): void {
    if (!this.#receiver || this.#peerOver) this.#sending?.sender.stop();
    this.#peerOver = true;
    this.#receiver?.stop();
  }

  #onPeerEnd(reason: MessageOf<'end'>['reason']): void {
    this.#ended ??= reason;
    this.#sending?.sender.stop();
    this.#receiver?.windUp();
  }

  #endEarly(reason: MessageOf<'end'>['reason']): void {
    this.#options.stream.talk.say({ type: 'end', reason });
    this.#onPeerEnd(reason);
  }

  #boundFirstPayload(): void {
    const receiver = this.#receiver;
    if (receiver) this.#cancels.push(boundFirstPayload(this.#options, receiver, (error) => this.#starve(error)));
  }

  #starve(error: WperfError): void {
    this.#isStarved = true;
    this.#options.stream.talk.abort(error);
  }

  #ownFigures(sent: Span | undefined, received: Span | undefined) {
    this.#sending?.figures.look();
    const counted = {
      ...{ sent, received, packets: this.#receiver?.packets, sender: this.#sending?.figures },
      ...{ counts: this.#counts.figures, usage: this.#usage?.read() ?? noUsage },
      known: given({ reported: this.#arrivals.reported, ended: this.#ended }),
    };
    return ownResult(counted, this.#options);
  }

  /** A test ends on time, with or without the far side's figures; before that, one by bytes when the far side has them. */
  async #remoteResult(reading: Promise<void>): Promise<void> {
    if (this.#remote && !this.#awaitsStatistics) return;
    const { stream, resultSeconds } = this.#options;
    const clock = this.#clock;
    const seconds = stream.traits?.resultSeconds ?? resultSeconds + this.#load.graceSeconds;
    const now = clock.now();
    const onTheWay = this.#ownTest.bytes !== undefined && !this.#ended && now < this.#deadline;
    const patience = this.#patience.exhausted(onTheWay ? this.#deadline : now, seconds);
    // A far side that goes away now only takes its own figures with it, unless bytes are still on their way to it.
    await Promise.race([onTheWay ? reading : reading.catch(() => {}), patience]);
  }

  #refuse(what: string): WperfError {
    const { talk } = this.#options.stream;
    const text = `${talk.peer}: the peer sent ${what}`;
    const error = new WperfError('protocol-violation', text, { operation: 'test', peer: talk.peer });
    talk.abort(error);
    return error;
  }
}
