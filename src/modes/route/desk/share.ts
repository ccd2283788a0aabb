/**
 * One trace for all who asked for the same: each gets the events so far and then the rest. It stops when the last of
 * them leaves. What is put aside for one that does not read is bounded by the number of TTLs.
 */
import type { TraceEvent } from '../../../events/route.js';
import { Mailbox } from '../../../host/mailbox.js';

export interface Seat {
  /** Fails with what ended the trace, if anything did. */
  readonly events: AsyncIterable<TraceEvent>;
  leave(): void;
}

export class SharedTrace {
  readonly #told: TraceEvent[] = [];
  readonly #seats = new Set<Mailbox<TraceEvent>>();
  readonly #stop = new AbortController();

  /** Aborted when nobody waits for the trace any more. */
  get abandoned(): AbortSignal {
    return this.#stop.signal;
  }

  /** All events so far. */
  get told(): readonly TraceEvent[] {
    return this.#told;
  }

  take(): Seat {
    const mailbox = new Mailbox<TraceEvent>();
    for (const event of this.#told) mailbox.put(event);
    this.#seats.add(mailbox);
    return { events: mailbox, leave: () => this.#leave(mailbox) };
  }

  tell(event: TraceEvent): void {
    this.#told.push(event);
    for (const seat of this.#seats) seat.put(event);
  }

  end(): void {
    for (const seat of this.#seats) seat.end();
    this.#seats.clear();
  }

  fail(failure: unknown): void {
    for (const seat of this.#seats) seat.fail(failure);
    this.#seats.clear();
  }

  #leave(mailbox: Mailbox<TraceEvent>): void {
    mailbox.end();
    if (this.#seats.delete(mailbox) && this.#seats.size === 0) this.#stop.abort();
  }
}

/** A seat before a trace that is over. */
export function seatOf(told: readonly TraceEvent[]): Seat {
  const mailbox = new Mailbox<TraceEvent>();
  for (const event of told) mailbox.put(event);
  mailbox.end();
  return { events: mailbox, leave: () => {} };
}
