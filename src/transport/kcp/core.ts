/**
 * One end of a KCP conversation in stream mode, as skywind3000/kcp defines it and kcp-go speaks it: a pure core, with
 * moments and datagrams coming in and datagrams going out. It obeys `unacknowledged`, understands and sends sparse acks
 * (of a flush only those beyond the first gap, and the latest), never sends a PUSH without payload, and tells its window
 * unasked when a full one is read from. It flushes at once when a datagram acknowledged more, opened the window or
 * showed a loss, and sends the acks alone when they fill a datagram; everything else waits for the interval. What it
 * holds is bounded by the windows, but for what waits to be sent, which its caller bounds by `waiting`.
 */
import type { Outgoing } from './outgoing.js';
import { Packer } from './packer.js';
import { ReceiveSide } from './receive-side.js';
import { beyond, command, type Flaw, HEADER_BYTES, readSegment, type Segment, writeHeader } from './segment.js';
import { SendSide } from './send-side.js';
import type { KcpSettings } from './settings.js';
import { WindowProbe } from './window-probe.js';

export interface KcpStatistics {
  /** Undefined before the first sample. */
  readonly smoothedRttMs: number | undefined;
  /** Of a segment that is sent now. */
  readonly timeoutMs: number;
  /** With payload, whether for the first time or again. */
  readonly segmentsSent: number;
  /** Sent again, by what showed the loss: the timeout, enough acks of later ones, or one and nothing new to send. */
  readonly resentAtTimeout: number;
  readonly resentFast: number;
  readonly resentEarly: number;
  readonly duplicatesReceived: number;
}

export class Kcp {
  readonly #settings: KcpSettings;
  readonly #sender: SendSide;
  readonly #receiver: ReceiveSide;
  readonly #packer: Packer;
  readonly #probe = new WindowProbe();
  /** For segments without payload. */
  readonly #bare = Buffer.alloc(HEADER_BYTES);
  readonly #acksInDatagram: number;
  #flushedMs = Number.NEGATIVE_INFINITY;

  /**
   * @param output sends a datagram. A full one lies where it will be sent from again, with a newer header: who keeps it
   * beyond the next flush copies it.
   */
  constructor(settings: KcpSettings, output: (datagram: Buffer) => void) {
    const { mtu, receiveWindow, firstNumber = 0 } = settings;
    this.#settings = settings;
    this.#sender = new SendSide(settings, firstNumber);
    this.#receiver = new ReceiveSide(receiveWindow, firstNumber);
    this.#packer = new Packer(mtu, output);
    this.#acksInDatagram = Math.floor(mtu / HEADER_BYTES);
  }

  /** What is queued and sent from now on goes in datagrams of at most `mtu`. */
  fit(mtu: number): void {
    this.#sender.mtu = mtu;
    this.#packer.mtu = mtu;
  }

  /** Segments that are queued or in flight. */
  get waiting(): number {
    return this.#sender.waiting;
  }

  /** The oldest segment in flight was sent 20 times: after some seconds where timeouts are short. */
  get isDead(): boolean {
    return this.#sender.isDead;
  }

  get statistics(): KcpStatistics {
    const { roundTrip, sent } = this.#sender;
    return {
      smoothedRttMs: roundTrip.smoothedMs,
      timeoutMs: roundTrip.timeoutMs,
      segmentsSent: sent.segments,
      resentAtTimeout: sent.timeout,
      resentFast: sent.fast,
      resentEarly: sent.early,
      duplicatesReceived: this.#receiver.duplicates,
    };
  }

  /** Queues a copy of the bytes for the next flush. */
  send(bytes: Uint8Array): void {
    this.#sender.add(bytes);
  }

  /** What arrived next in order, a segment at a time; undefined when there is nothing. */
  read(): Buffer | undefined {
    return this.#receiver.read();
  }

  /** Takes a datagram, which it may keep. Returns what is wrong with it; what came before the flaw holds. */
  input(datagram: Buffer, nowMs: number): Flaw | undefined {
    const { oldest } = this.#sender;
    const flaw = this.#takeSegments(datagram, nowMs, oldest);
    const moved = this.#sender.oldest !== oldest;
    if (moved) this.#sender.widen();
    if (moved || this.#sender.maySendNew || this.#sender.someLost) this.flush(nowMs);
    else if (this.#receiver.acksWaiting >= this.#acksInDatagram) {
      this.#putAcks();
      this.#packer.finish();
    }
    return flaw;
  }

  /** Sends what is due now. */
  flush(nowMs: number): void {
    this.#flushedMs = nowMs;
    this.#putAcks();
    if (this.#probe.isDue(nowMs, this.#isShut)) this.#putBare(command.ask, nowMs);
    if (this.#receiver.mustTell) this.#putBare(command.tell, nowMs);
    this.#receiver.mustTell = false;
    this.#sender.flush(nowMs, (segment) => this.#putPush(segment, nowMs));
    this.#packer.finish();
  }

  /** Flushes if it is time to. */
  update(nowMs: number): void {
    if (nowMs >= this.nextUpdate()) this.flush(nowMs);
  }

  /** When to call `update` unless something happens before; `Infinity` when there is nothing to wait for. */
  nextUpdate(): number {
    const { acksWaiting, mustTell } = this.#receiver;
    const { maySendNew, somePassed, nextDueMs } = this.#sender;
    const hasWork = acksWaiting > 0 || mustTell || maySendNew || somePassed;
    const flushMs = hasWork ? this.#flushedMs + this.#settings.intervalMs : Number.POSITIVE_INFINITY;
    return Math.min(flushMs, nextDueMs, this.#isShut ? this.#probe.dueMs : Number.POSITIVE_INFINITY);
  }

  /** The peer can take nothing, and there is something for it. */
  get #isShut(): boolean {
    return this.#sender.remoteWindow === 0 && this.#sender.hasUnsent;
  }

  #takeSegments(datagram: Buffer, nowMs: number, oldest: number): Flaw | undefined {
    let flaw: Flaw | undefined;
    let latest: Segment | undefined;
    for (let at = 0; at < datagram.length && !flaw; ) {
      const segment = readSegment(datagram, at, this.#settings.conv);
      if (typeof segment === 'string') flaw = segment;
      else if (!this.#sender.acknowledgeBefore(segment.unacknowledged)) flaw = 'acknowledges the unsent';
      else {
        this.#take(segment);
        if (segment.command === command.ack) latest = segment;
        at += HEADER_BYTES + segment.payload.length;
      }
    }
    if (!latest) return flaw;
    if (this.#sender.isKnown(latest.number, oldest)) this.#sampleRoundTrip(nowMs, latest.stampMs);
    this.#sender.endAcks(latest.stampMs);
    return flaw;
  }

  #take(segment: Segment): void {
    this.#sender.remoteWindow = segment.window;
    if (segment.command === command.ack) this.#sender.acknowledge(segment.number);
    else if (segment.command === command.push) this.#receiver.push(segment);
    else if (segment.command === command.ask) this.#receiver.mustTell = true;
  }

  /** Once for each datagram, from its latest ack: those before it waited for the same flush. */
  #sampleRoundTrip(nowMs: number, stampMs: number): void {
    const sampleMs = beyond(nowMs, stampMs);
    if (sampleMs >= 0) this.#sender.roundTrip.add(sampleMs);
  }

  #putAcks(): void {
    if (this.#receiver.acksWaiting === 0) return;
    for (const { number, stampMs } of this.#receiver.takeAcks()) this.#putBare(command.ack, stampMs, number);
  }

  #putBare(kind: number, stampMs: number, number = 0): void {
    this.#write(this.#bare, kind, stampMs, number, 0);
    this.#packer.add(this.#bare);
  }

  #putPush({ buffer, bytes, number }: Outgoing, nowMs: number): void {
    this.#write(buffer, command.push, nowMs, number, bytes - HEADER_BYTES);
    this.#packer.add(bytes === buffer.length ? buffer : buffer.subarray(0, bytes));
  }

  #write(into: Buffer, kind: number, stampMs: number, number: number, payloadBytes: number): void {
    const { conv } = this.#settings;
    const { next, room } = this.#receiver;
    const header = { conv, command: kind, window: room, stampMs: stampMs >>> 0, number, unacknowledged: next };
    writeHeader(into, 0, header, payloadBytes);
  }
}
