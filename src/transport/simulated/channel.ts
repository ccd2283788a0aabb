/**
 * A channel as if its path were worse: what this end sends is delayed and in part lost, what arrives is left alone,
 * since the other end does the same. Texts and answers to pings are delayed and never lost. Liveness: a delay is bounded
 * by its limits, what waits for it by `bounds`; the end of the connection forgets it all.
 */
import { bounds } from '../../defaults/index.js';
import type { Cancel } from '../../host/clock.js';
import {
  type BareChannel,
  type Channel,
  type ChannelInfo,
  type Closed,
  type CloseReason,
  type KernelView,
  tooManyPings,
} from '../channel.js';
import { lossOf, SimulatedLoad, type SimulatedOptions } from './load.js';

export class SimulatedChannel extends SimulatedLoad<BareChannel> implements Channel {
  onClose: (closed: Closed) => void;
  onPing: (answer: () => void) => void = (answer) => answer();
  readonly #losesPing: () => boolean;
  #textBytes = 0;
  #pongs = 0;
  #pings = 0;
  /** How to give up each ping that is not on its way: it waits for its delay, or is lost. */
  readonly #heldPings = new Map<number, () => void>();
  #cancelGoodbye: Cancel = () => {};
  /** Settles those who wait for the end. */
  readonly #onEnded: (() => void)[] = [];
  #over = false;

  /** Takes the channel over, with those who listen to it. */
  constructor(inner: BareChannel, options: SimulatedOptions) {
    super(inner, options);
    this.#losesPing = lossOf(options, 'ping');
    this.onClose = inner.onClose;
    inner.onClose = (closed) => {
      this.end();
      this.onClose(closed);
    };
    inner.onPing = (answer) => this.onPing(() => this.#pong(answer));
  }

  get transport(): string {
    return this.inner.transport;
  }

  get info(): ChannelInfo {
    return this.inner.info;
  }

  get bytesRead(): number {
    return this.inner.bytesRead;
  }

  get pingsAnswered(): number {
    return this.inner.pingsAnswered ?? 0;
  }

  get kernel(): KernelView | undefined {
    return this.inner.kernel;
  }

  get onViolation(): (text: string) => void {
    return this.inner.onViolation;
  }

  set onViolation(listener: (text: string) => void) {
    this.inner.onViolation = listener;
  }

  get onText(): Channel['onText'] {
    return this.inner.onText;
  }

  set onText(listener: Channel['onText']) {
    this.inner.onText = listener;
  }

  override get queuedBytes(): number {
    return super.queuedBytes + this.#textBytes;
  }

  send(text: string): void {
    if (this.#over) return;
    this.#textBytes += text.length;
    this.#delay(() => {
      this.#textBytes -= text.length;
      this.inner.send(text);
    });
  }

  tellArrivals(): void {
    this.inner.tellArrivals?.();
  }

  /** A ping that is lost is never sent; like one without an answer, it is given up when a later one is answered. */
  ping(written?: () => void): Promise<number> {
    const { clock } = this.options;
    const [number, beganAt] = [this.#pings++, clock.now()];
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new Error('the connection closed'));
      this.#holdPing(number, () => {
        written?.();
        reject(new Error('no answer to the ping'));
      });
      if (this.#losesPing()) return;
      this.#delay(() => {
        if (!this.#heldPings.delete(number)) return;
        const heldMs = (clock.now() - beganAt) * 1000;
        const answer = this.inner.ping?.(written) ?? Promise.reject(new Error('the channel has no pings'));
        answer.then((rttMs) => {
          this.#giveUpPings(number);
          resolve(heldMs + rttMs);
        }, reject);
      });
    });
  }

  close(reason: Exclude<CloseReason, 'lost'>, text: string, withinSeconds: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEnded.push(resolve);
      const due = this.#delay(() => resolve(this.inner.close(reason, text, withinSeconds)));
      this.#cancelGoodbye();
      this.#cancelGoodbye = this.options.clock.at(due + withinSeconds, () => this.drop());
    });
  }

  drop(): void {
    this.end();
    this.inner.drop();
  }

  #pong(answer: () => void): void {
    if (this.#pongs === bounds.pingsInFlight) {
      this.onViolation(tooManyPings);
      this.drop();
      return;
    }
    this.#pongs += 1;
    this.#delay(() => {
      this.#pongs -= 1;
      answer();
    });
  }

  #delay(send: () => void): number {
    return this.line.push(() => {
      send();
      return true;
    });
  }

  #holdPing(number: number, giveUp: () => void): void {
    const [oldest] = this.#heldPings.keys();
    if (oldest !== undefined && this.#heldPings.size === bounds.pingsInFlight) this.#giveUpPings(oldest + 1);
    this.#heldPings.set(number, giveUp);
  }

  /** Those before `end`. */
  #giveUpPings(end: number): void {
    for (const [number, giveUp] of this.#heldPings) {
      if (number >= end) return;
      this.#heldPings.delete(number);
      giveUp();
    }
  }

  /** The connection is over: settles all who wait. */
  override end(): void {
    this.#over = true;
    this.#cancelGoodbye();
    super.end();
    this.#giveUpPings(this.#pings);
    for (const settle of this.#onEnded.splice(0)) settle();
  }
}
