/**
 * One stream of a test. Both ends run this same code, whatever the load: an end that sends runs the sender, an end
 * that receives the receiver, and in a bidirectional test each end runs both. Liveness: each loop ends at its deadline;
 * the silence of the peer, the wait for its first payload and for its result are bounded by `waits`.
 */
import { bounds, waits } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { readCongestion, readTcpInfo } from '../../host/tcp/options.js';
import { startUsageMeter } from '../../host/usage.js';
import type { PacketFigures } from '../../measure/packets.js';
import type { Span } from '../../measure/span.js';
import type { TcpSample } from '../../measure/tcp.js';
import { TcpGathering } from '../../measure/tcp.js';
import type { IntervalRecord } from '../../measure/timeline.js';
import type { TestPlan } from '../../plan/plan.js';
import type { Message, MessageOf, MessageType } from '../../protocol/messages.js';
import { type Standstill, watchStandstill } from '../../traffic/standstill.js';
import type { Channel } from '../../transport/channel.js';
import { datagramLoad } from './datagram.js';
import type { LiveCounts, StreamOutcome, StreamReport } from './figures.js';
import type { Load, LoadReceiver, LoadSender } from './load.js';
import { throughputLoad } from './throughput.js';

/** The control messages of one channel, in order. */
export interface Control {
  readonly channel: Channel;
  /** For errors, `host:port`. */
  readonly peer: string;
  send(message: Message): void;
  /** Rejects with the failure that ended the connection. */
  next(): Promise<Message>;
  expect<const T extends MessageType>(seconds: number, ...types: readonly T[]): Promise<MessageOf<T>>;
  /** From now on, fails when the peer gives no sign of life. */
  watch(): void;
  /** Tells the peer why, and ends the connection. */
  abort(error: WperfError): void;
}

export interface StreamOptions {
  readonly role: 'client' | 'server';
  readonly conversation: Control;
  /** As granted; `bytes` is this stream's share. */
  readonly test: TestPlan;
  readonly clock: Clock;
  /** How long to wait for the far side's result after this end is done with a timed test. */
  readonly resultSeconds: number;
  /** Ends the test before its time; its reason is told to the peer. */
  readonly stop: AbortSignal;
  /** The client's start has been sent or has come. */
  readonly onStart?: () => void;
  readonly onInterval: (interval: StreamReport) => void;
  /** This end's own report, for a peer that asked for it. */
  readonly output?: ((outcome: StreamOutcome) => string) | undefined;
}

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

class Stream {
  readonly #options: StreamOptions;
  readonly #load: Load;
  readonly #receiver: LoadReceiver | undefined;
  #sender: LoadSender | undefined;
  #tcp: TcpGathering | undefined;
  #usage = startUsageMeter();
  #standstill: Standstill | undefined;
  readonly #cancels: Cancel[] = [];
  #remote: MessageOf<'result'> | undefined;
  #reported: Span | undefined;
  #ended: MessageOf<'end'>['reason'] | undefined;

  constructor(options: StreamOptions) {
    const { conversation, test, role, clock } = options;
    this.#options = options;
    this.#load = test.mode === 'datagram' ? datagramLoad : throughputLoad;
    if (!receives(role, test)) return;
    // Before the start: its frame and the first load may arrive in one chunk.
    const onInterval = (record: IntervalRecord, packets?: PacketFigures) => this.#onOwnInterval(record, packets);
    this.#receiver = this.#load.receive(conversation.channel, { test, clock, onInterval });
  }

  counts(): LiveCounts {
    return { sentBytes: this.#sender?.bytes ?? 0, receivedBytes: this.#receiver?.bytes ?? 0 };
  }

  async run(): Promise<StreamOutcome> {
    const { conversation, role } = this.#options;
    if (role === 'client') conversation.send({ type: 'start' });
    else await conversation.expect(waits.startSeconds, 'start');
    this.#begin();
    const reading = this.#readMessages();
    const [sent, received] = await Promise.race([this.#localDone(), reading.then(() => this.#localDone())]);
    const own = this.#ownFigures(sent, received);
    conversation.send(own.message);
    await this.#remoteResult(reading);
    const tcp = this.#tcp?.summary();
    return {
      ...own.outcome,
      ...(tcp && { tcp }),
      ...(this.#remote && { remote: this.#remote }),
      ...(this.#reported && { reported: this.#reported }),
      ...(this.#ended && { ended: this.#ended }),
    };
  }

  /** Stops what still runs, and tells what it came to. */
  async remains(): Promise<StreamOutcome> {
    this.release();
    const [sent, received] = await this.#localDone();
    return this.#ownFigures(sent, received).outcome;
  }

  /** Stops whatever still runs. */
  release(): void {
    for (const cancel of this.#cancels) cancel();
    this.#sender?.stop();
    this.#receiver?.stop();
  }

  #begin(): void {
    const { conversation, role, test, clock } = this.#options;
    this.#options.onStart?.();
    this.#usage = startUsageMeter();
    const standstill = watchStandstill(clock);
    this.#standstill = standstill;
    this.#cancels.push(() => standstill.stop());
    conversation.watch();
    this.#obeyStop();
    this.#boundFirstPayload();
    if (!sends(role, test) || this.#ended) return;
    const first = readTcpInfo(conversation.channel.descriptor);
    this.#tcp = first && new TcpGathering(first);
    const roundTripSeconds = (first?.rttUs ?? 0) / 1e6;
    const maxBytes = batchShare(test);
    this.#sender = this.#load.send(conversation, { test, clock, roundTripSeconds, standstill, maxBytes });
  }

  #obeyStop(): void {
    const { stop } = this.#options;
    const onStop = () => this.#endEarly(stop.reason === 'shutdown' ? 'shutdown' : 'interrupted');
    stop.addEventListener('abort', onStop, { once: true });
    this.#cancels.push(() => stop.removeEventListener('abort', onStop));
    if (stop.aborted) onStop();
  }

  #localDone(): Promise<[Span | undefined, Span | undefined]> {
    return Promise.all([this.#sender?.finished, this.#receiver?.finished]);
  }

  /** Until the far side's result. */
  async #readMessages(): Promise<void> {
    while (this.#remote === undefined) {
      const message = await this.#options.conversation.next();
      if (message.type === 'interval' && this.#sender) this.#onPeerInterval(message);
      else if (message.type === 'end') this.#onPeerEnd(message.reason);
      else if (message.type === 'sent' && this.#receiver?.peerSent) this.#onPeerSent(this.#receiver, message.packets);
      else if (message.type === 'result') this.#remote = message;
      else throw this.#refuse(`a ${message.type} message during a test`);
    }
  }

  #onOwnInterval(record: IntervalRecord, packets?: PacketFigures): void {
    const figures = packets && { packets };
    this.#options.conversation.send({ type: 'interval', ...record, ...figures });
    this.#options.onInterval({ sender: false, record, ...figures });
  }

  #onPeerSent(receiver: LoadReceiver, packets: number): void {
    if (!receiver.peerSent?.(packets)) throw this.#refuse(`a count of ${packets} packets`);
  }

  #onPeerInterval({ packets, ...record }: MessageOf<'interval'>): void {
    const sample = this.#readTcp();
    const tcp = sample && this.#tcp?.add(sample);
    if (record.omitted) this.#tcp?.forgetRetransmits();
    else this.#reported = { start: 0, end: record.end, bytes: (this.#reported?.bytes ?? 0) + record.bytes };
    this.#options.onInterval({ sender: true, record, ...(packets && { packets }), ...(tcp && { tcp }) });
  }

  #onPeerEnd(reason: MessageOf<'end'>['reason']): void {
    this.#ended ??= reason;
    this.#sender?.stop();
    this.#receiver?.windUp();
  }

  #endEarly(reason: MessageOf<'end'>['reason']): void {
    this.#options.conversation.send({ type: 'end', reason });
    this.#onPeerEnd(reason);
  }

  #boundFirstPayload(): void {
    const { clock, conversation } = this.#options;
    const receiver = this.#receiver;
    if (!receiver) return;
    const overdue = () => {
      if (receiver.begun) return;
      const text = `no load came from ${conversation.peer} within ${waits.firstPayloadSeconds} s`;
      conversation.abort(new WperfError('peer-lost', text, { operation: 'test', peer: conversation.peer }));
    };
    this.#cancels.push(clock.at(clock.now() + waits.firstPayloadSeconds, overdue));
  }

  #readTcp(): TcpSample | undefined {
    return this.#tcp && readTcpInfo(this.#options.conversation.channel.descriptor);
  }

  #ownFigures(sent: Span | undefined, received: Span | undefined) {
    const { conversation, output } = this.#options;
    const sample = this.#readTcp();
    if (sample) this.#tcp?.look(sample);
    const usage = this.#usage.read();
    const tcp = this.#tcp?.summary();
    const congestion = readCongestion(conversation.channel.descriptor);
    const { packets } = this.#receiver ?? {};
    const { pacing } = this.#sender ?? {};
    const { simulated } = conversation.channel;
    const stalledSeconds = this.#standstill?.seconds ?? 0;
    const figures = {
      ...(sent && { sent }),
      ...(received && { received }),
      ...(packets && { packets }),
      ...(pacing && { pacing }),
      ...(simulated && { simulated }),
      ...(stalledSeconds > 0 && { stalledSeconds }),
      ...(tcp && { tcp }),
      ...(congestion !== undefined && { congestion }),
    };
    const outcome: StreamOutcome = { ...figures, ...(this.#reported && { reported: this.#reported }), usage };
    const text = output?.(outcome).slice(0, bounds.serverOutputBytes);
    const message: MessageOf<'result'> = {
      type: 'result',
      ...figures,
      ...usage,
      ...(text !== undefined && { output: text }),
    };
    return { outcome, message };
  }

  /** A timed test ends on time, with or without the far side's figures; one by bytes ends when the far side has them. */
  #remoteResult(reading: Promise<void>): Promise<void> {
    const { clock, test, resultSeconds } = this.#options;
    if (test.bytes !== undefined && !this.#ended) return reading;
    const patience = new Promise<void>((resolve) => {
      this.#cancels.push(clock.at(clock.now() + resultSeconds + this.#load.graceSeconds, resolve));
    });
    // A far side that goes away now only takes its own figures with it.
    return Promise.race([reading.catch(() => {}), patience]);
  }

  #refuse(what: string): WperfError {
    const { conversation } = this.#options;
    const error = new WperfError('protocol-violation', `the peer sent ${what}`, { peer: conversation.peer });
    conversation.abort(error);
    return error;
  }
}

function sends(role: 'client' | 'server', test: TestPlan): boolean {
  return test.direction === 'bidir' || (test.direction === 'up') === (role === 'client');
}

function receives(role: 'client' | 'server', test: TestPlan): boolean {
  return test.direction === 'bidir' || !sends(role, test);
}

/** What one of many streams may hold ready, so that memory stays flat. */
function batchShare(test: TestPlan): number {
  return Math.min(bounds.batchBytes, Math.floor((8 * bounds.batchBytes) / test.streams));
}
