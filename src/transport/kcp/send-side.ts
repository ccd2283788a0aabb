/**
 * What is to arrive at the other end: segments that wait, and those in flight until they are acknowledged. Pure: moments
 * come in. It bounds what is in flight by the windows; what waits its caller has to bound.
 */
import { CongestionWindow } from './congestion-window.js';
import { type Cause, causeToResend, countPassed, emptySegment, isLost, type Outgoing } from './outgoing.js';
import { MAX_TIMEOUT_MS, RoundTrip } from './round-trip.js';
import { after, beyond, HEADER_BYTES } from './segment.js';
import type { KcpSettings } from './settings.js';

/** A link is dead that does not bring one segment over in so many attempts. */
const DEAD_AFTER_SENDS = 20;
/** What the peer can take, until it says so: what kcp-go takes unless told otherwise. */
const FIRST_REMOTE_WINDOW = 32;

export class SendSide {
  readonly roundTrip: RoundTrip;
  readonly sent = { segments: 0, timeout: 0, fast: 0, early: 0 };
  remoteWindow = FIRST_REMOTE_WINDOW;
  /** Some in flight may have been passed: a flush would send them again if there is nothing new then. */
  somePassed = false;
  /** As often as a fast resend needs: a flush would send some again before their timeout. */
  someLost = false;
  /** Of segments to come. */
  mtu: number;
  readonly #settings: KcpSettings;
  readonly #congestion: CongestionWindow;
  /** By number: those in flight, then those that wait. */
  readonly #segments = new Map<number, Outgoing>();
  /** The oldest that is not acknowledged, the first that was not sent, and what the next to come will be. */
  #oldest: number;
  #unsent: number;
  #end: number;
  /** No segment in flight is due before. */
  #noneDueBefore = Number.POSITIVE_INFINITY;
  #acked: number[] = [];

  constructor(settings: KcpSettings, firstNumber: number) {
    this.#settings = settings;
    this.mtu = settings.mtu;
    this.roundTrip = new RoundTrip(settings.noDelay, settings.intervalMs);
    this.#congestion = new CongestionWindow(settings.mtu - HEADER_BYTES);
    this.#oldest = firstNumber;
    this.#unsent = firstNumber;
    this.#end = firstNumber;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** Segments not acknowledged, sent or not. */
  get waiting(): number {
    return this.#segments.size;
  }

  get isDead(): boolean {
    return (this.#segments.get(this.#oldest)?.sends ?? 0) >= DEAD_AFTER_SENDS;
  }

  get hasUnsent(): boolean {
    return this.#unsent !== this.#end;
  }

  get maySendNew(): boolean {
    const { sendWindow, congestion } = this.#settings;
    const window = Math.min(sendWindow, this.remoteWindow, congestion ? this.#congestion.segments : sendWindow);
    return this.hasUnsent && this.#inFlight < window;
  }

  /** When a timeout may have passed. */
  get nextDueMs(): number {
    return this.#inFlight === 0 ? Number.POSITIVE_INFINITY : this.#noneDueBefore;
  }

  /** Copies the bytes, first into what is left of the last segment that was not sent. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const segment = this.#lastWithRoom() ?? this.#append();
      const taken = Math.min(bytes.length - at, segment.buffer.length - segment.bytes);
      segment.buffer.set(bytes.subarray(at, at + taken), segment.bytes);
      segment.bytes += taken;
      at += taken;
    }
  }

  /** Whether a number is of a segment in flight or was so when the datagram began. */
  isKnown(number: number, oldest: number): boolean {
    return beyond(number, oldest) >= 0 && beyond(number, this.#unsent) < 0;
  }

  /** All before this number have arrived. False where it was never sent. */
  acknowledgeBefore(number: number): boolean {
    if (beyond(number, this.#unsent) > 0) return false;
    while (beyond(number, this.#oldest) > 0) {
      this.#segments.delete(this.#oldest);
      this.#oldest = after(this.#oldest, 1);
    }
    return true;
  }

  acknowledge(number: number): void {
    if (this.isKnown(number, this.#oldest) && this.#segments.delete(number)) this.#acked.push(number);
  }

  /** Ends a datagram with acks, the latest of which has this stamp. */
  endAcks(stampMs: number): void {
    while (this.#oldest !== this.#unsent && !this.#segments.has(this.#oldest)) this.#oldest = after(this.#oldest, 1);
    if (this.#acked.length === 0) return;
    for (const segment of countPassed(this.#segments.values(), this.#acked, stampMs)) {
      this.somePassed = true;
      this.someLost ||= isLost(segment, this.#settings.resend);
    }
    this.#acked = [];
  }

  /** One step of the congestion window. */
  widen(): void {
    this.#congestion.acknowledged(this.remoteWindow);
  }

  /** Hands on what is due: old segments first, then what is new and has room in the windows. */
  flush(nowMs: number, put: (segment: Outgoing) => void): void {
    const [timeouts, others] = this.#resend(nowMs, put);
    while (this.maySendNew) {
      const segment = this.#segments.get(this.#unsent);
      if (!segment) return;
      this.#unsent = after(this.#unsent, 1);
      this.#send(segment, nowMs, this.roundTrip.timeoutMs, put);
    }
    if (others > 0) this.#congestion.resentFast(this.#inFlight, this.#settings.resend);
    if (timeouts > 0) this.#congestion.timedOut();
  }

  get #inFlight(): number {
    return beyond(this.#unsent, this.#oldest);
  }

  #lastWithRoom(): Outgoing | undefined {
    if (!this.hasUnsent) return undefined;
    const last = this.#segments.get(after(this.#end, -1));
    return last && last.bytes < last.buffer.length && last.buffer.length <= this.mtu ? last : undefined;
  }

  #append(): Outgoing {
    const segment = emptySegment(this.#end, this.mtu);
    this.#segments.set(this.#end, segment);
    this.#end = after(this.#end, 1);
    return segment;
  }

  /** How many at their timeout, and how many before. */
  #resend(nowMs: number, put: (segment: Outgoing) => void): [timeouts: number, others: number] {
    const counts: [number, number] = [0, 0];
    if (!this.somePassed && nowMs < this.#noneDueBefore) return counts;
    const early = !this.maySendNew;
    this.#noneDueBefore = Number.POSITIVE_INFINITY;
    this.somePassed = false;
    this.someLost = false;
    for (const segment of this.#segments.values()) {
      if (segment.number === this.#unsent) break;
      const cause = causeToResend(segment, nowMs, this.#settings.resend, early);
      if (cause) {
        this.sent[cause] += 1;
        counts[cause === 'timeout' ? 0 : 1] += 1;
        this.#send(segment, nowMs, this.#nextTimeout(segment, cause), put);
      } else {
        this.somePassed ||= segment.passed > 0;
        this.#noneDueBefore = Math.min(this.#noneDueBefore, segment.dueMs);
      }
    }
    return counts;
  }

  #nextTimeout({ timeoutMs }: Outgoing, cause: Cause): number {
    const ofNow = this.roundTrip.timeoutMs;
    if (cause !== 'timeout') return ofNow;
    return Math.min(MAX_TIMEOUT_MS, timeoutMs + (this.#settings.noDelay ? ofNow / 2 : ofNow));
  }

  #send(segment: Outgoing, nowMs: number, timeoutMs: number, put: (segment: Outgoing) => void): void {
    segment.sentMs = nowMs;
    segment.timeoutMs = timeoutMs;
    segment.dueMs = nowMs + timeoutMs;
    segment.sends += 1;
    segment.passed = 0;
    this.#noneDueBefore = Math.min(this.#noneDueBefore, segment.dueMs);
    this.sent.segments += 1;
    put(segment);
  }
}
