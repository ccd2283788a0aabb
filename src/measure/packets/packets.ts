/**
 * Jitter, loss, reordering, duplicates and the variation of the one-way delay, from the numbers of packets and their
 * sender's stamps. Jitter is RFC 1889, section 6.3.1: J += (|D| - J) / 16, D being the change of the transit time from
 * one arrival to the next. Pure: moments of arrival come in.
 */
import { packetBounds } from '../../defaults/index.js';
import { given } from '../../given.js';
import { allOf, sumIfAll } from '../union.js';
import { type DelaySpread, DelayVariation } from './delay-variation.js';
import { type GapSpread, Gaps } from './gaps.js';
import { SequenceWindow } from './sequence-window.js';

/** What a packet says of itself. */
interface PacketStamp {
  /** Counts 0, 1, 2, ... within its stream. */
  readonly number: number;
  /** The sender's clock when it sent. */
  readonly stampNs: number;
}

/** Of a stretch of time. */
export interface PacketFigures {
  /** Packets that should have come: those that did, and those lost. */
  readonly packets: number;
  readonly lost: number;
  readonly outOfOrder: number;
  readonly duplicates: number;
  /** As it stood at the end of the stretch; 0 until two packets have come. */
  readonly jitterMs: number;
}

export interface PacketSummary extends PacketFigures {
  /** Of a wrong size, cut short, or numbered out of all reason; in no other figure. */
  readonly malformed: number;
  /** Absent until two packets have come. */
  readonly delay?: DelaySpread;
  /** From one arrival to the next; absent likewise. */
  readonly gaps?: GapSpread;
  /** Of those lost, packets that came as far as the receiver's socket, which had no room for them; where that is known. */
  readonly socketDrops?: number;
}

/** What is told of packets: a receiver that is the original wperf tells the first three alone. */
export type PacketTotals = Pick<PacketFigures, 'packets' | 'lost' | 'jitterMs'> & Partial<PacketSummary>;

const nothing = { due: 0, received: 0, outOfOrder: 0, duplicates: 0 };

export class PacketMeter {
  readonly #jump: number;
  readonly #window = new SequenceWindow(packetBounds.sequenceWindow);
  readonly #counts = { ...nothing };
  #malformed = 0;
  /** Behind the highest number that has come: the sender's word of how many there were may overtake packets. */
  #next = 0;
  /** As the sender says; undefined before it does. */
  #sent: number | undefined;
  #jitterMs = 0;
  #delay = new DelayVariation();
  #gaps = new Gaps();
  #last: { readonly stampNs: number; readonly arrivedMs: number } | undefined;
  /** Where the counted part, and the running interval, began. */
  #countedFrom = nothing;
  #cutFrom = nothing;

  /** A number this far beyond the next is no packet of this test. */
  constructor(jump: number) {
    this.#jump = jump;
  }

  /** False for a packet that is malformed or a duplicate: its bytes do not count. */
  add(header: PacketStamp | undefined, arrivedMs: number): boolean {
    if (header === undefined || !this.believes(header.number)) {
      this.#malformed += 1;
      return false;
    }
    const { number, stampNs } = header;
    if (!this.#window.add(number)) {
      this.#counts.duplicates += 1;
      return false;
    }
    this.#counts.received += 1;
    if (number < this.#next) this.#counts.outOfOrder += 1;
    this.#next = Math.max(this.#next, number + 1);
    this.#counts.due = Math.max(this.#counts.due, this.#next);
    this.#addTransit(stampNs, arrivedMs);
    return true;
  }

  /** Whether a sender that has come as far as we know can have numbered a packet so. */
  believes(number: number): boolean {
    return number < this.#counts.due + this.#jump;
  }

  /** The sender's final count: what is missing at the end was lost. */
  sent(packets: number): void {
    this.#sent = packets;
    this.#counts.due = Math.max(this.#counts.due, packets);
  }

  /** Every packet that was sent has come. */
  get isComplete(): boolean {
    return this.#sent !== undefined && this.#counts.received >= this.#sent;
  }

  /** Leaves out all that came so far. */
  beginCounting(): void {
    this.#countedFrom = { ...this.#counts };
    this.#cutFrom = this.#countedFrom;
    this.#malformed = 0;
    this.#jitterMs = 0;
    this.#delay = new DelayVariation();
    this.#gaps = new Gaps();
  }

  /** Since the last cut. */
  cut(): PacketFigures {
    const figures = this.#since(this.#cutFrom);
    this.#cutFrom = { ...this.#counts };
    return figures;
  }

  summary(): PacketSummary {
    const spreads = given({ delay: this.#delay.spread(), gaps: this.#gaps.spread() });
    return { ...this.#since(this.#countedFrom), malformed: this.#malformed, ...spreads };
  }

  #since(from: typeof nothing): PacketFigures {
    const now = this.#counts;
    const received = now.received - from.received;
    // Latecomers of an earlier stretch must not make up for the losses of this one.
    const packets = Math.max(received, now.due - from.due);
    return {
      packets,
      lost: packets - received,
      outOfOrder: now.outOfOrder - from.outOfOrder,
      duplicates: now.duplicates - from.duplicates,
      jitterMs: this.#jitterMs,
    };
  }

  /** A change that no network makes was a step of the sender's clock, and starts the comparison anew. */
  #addTransit(stampNs: number, arrivedMs: number): void {
    const last = this.#last ?? { stampNs, arrivedMs };
    const change = arrivedMs - last.arrivedMs - (stampNs - last.stampNs) / 1e6;
    const stepped = Math.abs(change) > packetBounds.clockStepMs;
    if (stepped) this.#delay = new DelayVariation();
    else this.#jitterMs += (Math.abs(change) - this.#jitterMs) / 16;
    this.#delay.add(stepped ? 0 : change);
    if (this.#last) this.#gaps.add(arrivedMs - this.#last.arrivedMs);
    this.#last = { stampNs, arrivedMs };
  }
}

/** Over streams that ran side by side: counts added up, jitter averaged as iperf3 does. Undefined when one is missing. */
export function sumPackets(all: readonly (PacketTotals | undefined)[]): PacketTotals | undefined {
  const present = allOf(all);
  if (present === undefined) return undefined;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b);
  return {
    packets: sum(present.map((figures) => figures.packets)),
    lost: sum(present.map((figures) => figures.lost)),
    jitterMs: sum(present.map((figures) => figures.jitterMs)) / present.length,
    ...given({
      outOfOrder: sumIfAll(present.map((figures) => figures.outOfOrder)),
      duplicates: sumIfAll(present.map((figures) => figures.duplicates)),
    }),
  };
}

/** Percent of the packets that should have come; 0 of none. */
export function lostPercent({ lost, packets }: PacketTotals): number {
  return packets === 0 ? 0 : (100 * lost) / packets;
}
