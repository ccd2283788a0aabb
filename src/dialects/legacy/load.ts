/**
 * One stream of load in the original's dialect. Both ends run this same code on the same sender and receiver as the
 * native protocol's. Liveness: each loop ends at its deadline, at the peer's word, or with the connection; a silent
 * peer and one that sends no load are bounded by `waits`.
 */
import { bounds } from '../../defaults/index.js';
import { WperfError } from '../../errors.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { readCongestion, readTcpInfo } from '../../host/tcp/options.js';
import { startUsageMeter } from '../../host/usage.js';
import type { PacketTotals } from '../../measure/packets.js';
import type { Span } from '../../measure/span.js';
import type { TcpSample } from '../../measure/tcp.js';
import { TcpGathering } from '../../measure/tcp.js';
import type { LiveCounts, StreamOutcome, StreamReport } from '../../modes/load/figures.js';
import { directionOf, directionsOf, type Role } from '../../modes/load/results.js';
import type { TestPlan } from '../../plan/plan.js';
import { Numbering } from '../../traffic/numbering.js';
import { Receiver } from '../../traffic/receiver.js';
import { Sender } from '../../traffic/sender.js';
import { type Standstill, watchStandstill } from '../../traffic/standstill.js';
import type { Closed } from '../../transport/channel.js';
import { AwaitedFigures } from './figures.js';
import { boundFirstLoad, watchLife } from './life.js';
import { closedError, isViolation, type Link } from './link.js';
import { SenderIntervals } from './sender-intervals.js';
import { endOf, numberEach } from './wire.js';

export interface LegacyLoadOptions {
  readonly role: Role;
  readonly link: Link;
  /** `bytes` is this stream's share. */
  readonly test: TestPlan;
  /** How long this end's receiver counts, where that is not how long its sender sends. */
  readonly receiveSeconds?: number;
  readonly clock: Clock;
  /** Ends the test before its time. */
  readonly stop: AbortSignal;
  readonly onInterval: (report: StreamReport) => void;
}

export interface LegacyOutcome extends StreamOutcome {
  /** The peer said that it sends no more. */
  readonly peerEnded: boolean;
  /** The peer closed the connection while this end still received. */
  readonly cutOff: boolean;
  /** What the server made of this client's packets. */
  readonly told?: PacketTotals;
}

export class LegacyLoad {
  readonly #options: LegacyLoadOptions;
  readonly #receiver: Receiver | undefined;
  readonly #cancels: Cancel[] = [];
  readonly #failed: Promise<never>;
  #sender: Sender | undefined;
  #tcp: TcpGathering | undefined;
  #usage = startUsageMeter();
  #standstill: Standstill | undefined;
  #fail: (error: WperfError) => void = () => {};
  #over = false;
  #figures: AwaitedFigures | undefined;
  #told: PacketTotals | undefined;
  #peerEnded = false;
  #cutOff = false;
  #ended: StreamOutcome['ended'];
  /** Called once, when the peer has said that it sends no more. */
  onPeerEnded: () => void = () => {};

  /** Takes the link's turn, and is ready for load at once. */
  constructor(options: LegacyLoadOptions) {
    const { link, test, role, clock, receiveSeconds = test.seconds } = options;
    this.#options = options;
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    link.onText = (text) => this.#onText(text);
    link.onClosed = (closed) => this.#onClosed(closed);
    if (!takesPart(role, test, false)) return;
    const onInterval = (record: StreamReport['record']) => this.#report({ sender: false, record });
    this.#receiver = new Receiver(link.channel, { ...test, seconds: receiveSeconds, clock, onInterval });
  }

  counts(): LiveCounts {
    return { sentBytes: this.#sender?.bytes ?? 0, receivedBytes: this.#receiver?.bytes ?? 0 };
  }

  /** Runs the test to its end. Rejects with WperfError when the peer breaks the dialect or is lost. */
  async run(): Promise<LegacyOutcome> {
    try {
      this.#begin();
      const done = Promise.all([this.#send(), this.#receiver?.finished]);
      const [sent, received] = await Promise.race([done, this.#failed]);
      return this.#outcome(sent, received);
    } finally {
      this.#over = true;
      for (const cancel of this.#cancels) cancel();
      this.#stop();
    }
  }

  /** Once the run has failed: what this end knows nevertheless. */
  async remains(): Promise<LegacyOutcome> {
    this.#stop();
    return this.#outcome(await this.#sender?.finished, await this.#receiver?.finished);
  }

  #begin(): void {
    const { link, clock, stop } = this.#options;
    const receiver = this.#receiver;
    const lose = (error: WperfError) => this.#fail(error);
    const standstill = watchStandstill(clock);
    this.#standstill = standstill;
    this.#cancels.push(() => standstill.stop(), watchLife(link, clock, lose));
    if (receiver) this.#cancels.push(boundFirstLoad(link, clock, () => receiver.begun, lose));
    const onStop = () => {
      this.#ended ??= stop.reason === 'shutdown' ? 'shutdown' : 'interrupted';
      this.#stop();
    };
    stop.addEventListener('abort', onStop, { once: true });
    this.#cancels.push(() => stop.removeEventListener('abort', onStop));
    if (stop.aborted) onStop();
    if (link.closed) this.#onClosed(link.closed);
  }

  async #send(): Promise<Span | undefined> {
    const { link, test, role, clock } = this.#options;
    if (!takesPart(role, test, true) || this.#ended) return undefined;
    const first = readTcpInfo(link.channel.descriptor);
    this.#tcp = first && new TcpGathering(first);
    const maxBytes = Math.min(bounds.batchBytes, Math.floor((8 * bounds.batchBytes) / test.streams));
    const numbering = new Numbering(wallClock(clock));
    const isDatagram = test.mode === 'datagram';
    const writer = link.channel.loadWriter(test.blockBytes, maxBytes, isDatagram ? numbering.stamp : numberEach());
    const onSkipped = (packets: number) => numbering.skip(packets);
    const roundTripSeconds = (first?.rttUs ?? 0) / 1e6;
    const sender = new Sender(writer, { ...test, clock, roundTripSeconds, standstill: this.#standstill, onSkipped });
    this.#sender = sender;
    const onInterval = (record: StreamReport['record']) => this.#onSenderInterval(record);
    const intervals = new SenderIntervals({ ...test, clock, bytes: () => sender.bytes, onInterval });
    const sent = await sender.finished;
    intervals.stop();
    link.say(endOf[role]);
    if (isDatagram) await this.#awaitFigures(numbering.next);
    return sent;
  }

  async #awaitFigures(sent: number): Promise<void> {
    const figures = new AwaitedFigures(this.#options.clock, sent);
    this.#figures = figures;
    this.#cancels.push(() => figures.giveUp());
    if (this.#options.link.closed) figures.giveUp();
    this.#told = await figures.told;
  }

  #onSenderInterval(record: StreamReport['record']): void {
    const sample = this.#readTcp();
    const tcp = sample && this.#tcp?.add(sample);
    if (record.omitted) this.#tcp?.forgetRetransmits();
    this.#report({ sender: true, record, ...(tcp && { tcp }) });
  }

  /** What stops after a failure has nothing more to tell. */
  #report(report: StreamReport): void {
    if (!this.#over) this.#options.onInterval(report);
  }

  #readTcp(): TcpSample | undefined {
    return this.#tcp && readTcpInfo(this.#options.link.channel.descriptor);
  }

  #outcome(sent: Span | undefined, received: Span | undefined): LegacyOutcome {
    const sample = this.#readTcp();
    if (sample) this.#tcp?.look(sample);
    const tcp = this.#tcp?.summary();
    const congestion = readCongestion(this.#options.link.channel.descriptor);
    const { pacing } = this.#sender ?? {};
    const { simulated } = this.#options.link.channel;
    const stalledSeconds = this.#standstill?.seconds ?? 0;
    return {
      ...(sent && { sent }),
      ...(received && { received }),
      ...(pacing && { pacing }),
      ...(simulated && { simulated }),
      ...(stalledSeconds > 0 && { stalledSeconds }),
      ...(this.#told && { told: this.#told }),
      ...(tcp && { tcp }),
      ...(congestion !== undefined && { congestion }),
      ...(this.#ended && { ended: this.#ended }),
      usage: this.#usage.read(),
      peerEnded: this.#peerEnded,
      cutOff: this.#cutOff,
    };
  }

  #onText(text: string): void {
    const { role, link } = this.#options;
    if (this.#figures) this.#onFigures(this.#figures, text);
    else if (text === endOf[role === 'client' ? 'server' : 'client']) this.#onPeerEnd();
    else if (!this.#over) {
      link.refuse('unexpected text');
      this.#fail(new WperfError('protocol-violation', `${link.peer} sent a text where load was due`));
    }
  }

  #onFigures(figures: AwaitedFigures, text: string): void {
    this.#peerEnded = true;
    figures.take(text);
  }

  #onPeerEnd(): void {
    if (this.#peerEnded) return;
    this.#peerEnded = true;
    this.#receiver?.stop();
    if (this.#options.role === 'server' && !this.#receiver) this.#sender?.stop();
    this.onPeerEnded();
  }

  #onClosed(closed: Closed): void {
    if (this.#figures) this.#figures.giveUp();
    else if (!this.#over) this.#onClosedEarly(closed);
  }

  /** A client of the original ends a download by closing; a server that closes before its word takes the test with it. */
  #onClosedEarly(closed: Closed): void {
    const { role, link } = this.#options;
    if ((role === 'client' && !this.#peerEnded) || isViolation(closed)) this.#fail(closedError(closed, link.peer));
    this.#cutOff = this.#receiver !== undefined && !this.#peerEnded;
    if (this.#cutOff) this.#ended ??= 'interrupted';
    this.#stop();
  }

  #stop(): void {
    this.#sender?.stop();
    this.#receiver?.stop();
  }
}

function takesPart(role: Role, test: TestPlan, sender: boolean): boolean {
  return directionsOf(test).includes(directionOf(role, sender));
}

/** Nanoseconds since 1970 that never step. */
function wallClock(clock: Clock): () => number {
  const offsetNs = Date.now() * 1e6 - clock.now() * 1e9;
  return () => offsetNs + clock.now() * 1e9;
}
