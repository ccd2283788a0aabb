/**
 * Pings at a steady rate, whether or not earlier ones are answered: waiting for each answer would take fewer samples
 * the slower the path is. But no more at once than their connection sends at once, which grows as the path answers: one
 * beyond that would wait at its sender, and its wait be taken for the path's (RFC 6928; RFC 5681, section 3.1).
 * Liveness: `count` or `until` ends the sending, `answerSeconds` the wait for what is out.
 */
import { bounds } from '../../defaults/index.js';
import { type Cancel, type Clock, within } from '../../host/clock.js';
import type { Echo } from '../../transport/channel.js';

export interface PingerOptions {
  readonly echo: Pick<Echo, 'ping'>;
  readonly clock: Clock;
  /** 0 sends each ping as soon as the one before is answered or lost. */
  readonly intervalSeconds: number;
  /** With interval 0: how long a ping waits for the answer to the one before; without end unless given. */
  readonly patienceSeconds?: number;
  readonly count: number;
  /** No ping is sent after this moment of the clock. */
  readonly until: number;
  /** A ping unanswered for so long is lost. */
  readonly answerSeconds: number;
  /** Of pings that went over this connection before; none unless given. */
  readonly answersBefore?: number;
  /** Without `rttMs` the ping is lost. `sentAt` is the clock's. */
  readonly onAnswer: (seq: number, rttMs: number | undefined, sentAt: number) => void;
}

export class Pinger {
  /** Settles when all is sent and answered or lost; not after `stop`. */
  readonly finished: Promise<void>;
  readonly #options: PingerOptions;
  /** When each ping was sent that has no answer yet. */
  readonly #inFlight = new Map<number, number>();
  #nextAt: number;
  #sent = 0;
  #answers: number;
  /** As many as were out when the first was answered. */
  #fitting = Number.POSITIVE_INFINITY;
  #sending = true;
  #running = true;
  #cancelNext: Cancel = () => {};
  #settle: () => void = () => {};

  /** The first ping goes at once. */
  constructor(options: PingerOptions) {
    this.#options = options;
    this.#answers = options.answersBefore ?? 0;
    this.#nextAt = options.clock.now();
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#send();
  }

  get sent(): number {
    return this.#sent;
  }

  /** When each ping was sent that has no answer yet, the oldest first. */
  unanswered(): number[] {
    return [...this.#inFlight.values()];
  }

  /** Sends no more, and tells of no more answers. */
  stop(): void {
    this.#running = false;
    this.#cancelNext();
  }

  #send(): void {
    const { clock, count, until, intervalSeconds, patienceSeconds } = this.#options;
    const now = clock.now();
    this.#cancelNext();
    if (this.#sent >= count || now > until) {
      this.#sending = false;
      this.#settleIfDone();
      return;
    }
    if (this.#inFlight.size < this.#mostInFlight) this.#ping(now);
    if (intervalSeconds > 0) this.#keepRhythm(now, intervalSeconds);
    else if (patienceSeconds !== undefined) this.#cancelNext = clock.at(now + patienceSeconds, () => this.#send());
  }

  /** Without an interval no more than fit into a round trip: what holds one up would else be told by all behind it. */
  get #mostInFlight(): number {
    const fitting = this.#options.intervalSeconds === 0 ? this.#fitting : Number.POSITIVE_INFINITY;
    return Math.min(bounds.firstPingsInFlight + this.#answers, bounds.pingsInFlight, fitting);
  }

  /** After a pause of this process the rhythm begins anew: no burst makes up for it. */
  #keepRhythm(now: number, intervalSeconds: number): void {
    this.#nextAt = Math.max(this.#nextAt, now - intervalSeconds) + intervalSeconds;
    this.#cancelNext = this.#options.clock.at(this.#nextAt, () => this.#send());
  }

  #ping(now: number): void {
    const { echo, clock, answerSeconds } = this.#options;
    const seq = this.#sent++;
    this.#inFlight.set(seq, now);
    within(clock, answerSeconds, echo.ping(), () => new Error('no answer in time')).then(
      (rttMs) => this.#answered(seq, rttMs, now),
      () => this.#answered(seq, undefined, now),
    );
  }

  #answered(seq: number, rttMs: number | undefined, sentAt: number): void {
    if (!this.#running) return;
    if (rttMs !== undefined) {
      if (this.#answers === 0) this.#fitting = this.#inFlight.size;
      this.#answers += 1;
    }
    this.#inFlight.delete(seq);
    this.#options.onAnswer(seq, rttMs, sentAt);
    const isNewest = seq === this.#sent - 1;
    if (this.#options.intervalSeconds === 0 && this.#running && isNewest) this.#send();
    else this.#settleIfDone();
  }

  #settleIfDone(): void {
    const { count } = this.#options;
    if ((this.#sending && this.#sent < count) || this.#inFlight.size > 0) return;
    this.stop();
    this.#settle();
  }
}
