/**
 * One trace for all who asked for the same: each gets the events so far and then the rest. It stops when the last of
 * them leaves. What is put aside for one that does not read is bounded by the number of TTLs.
 */
import type { TraceEvent } from '../../../events/route.js';
import { Mailbox } from '../../../host/mailbox.js';

export interface Listening {
  /** Fails with what ended the trace, if anything did. */
  readonly events: AsyncIterable<TraceEvent>;
  leave(): void;
}

export class SharedTrace {
  readonly #told: TraceEvent[] = [];
  readonly #listeners = new Set<Mailbox<TraceEvent>>();
  readonly #stop = new AbortController();

  /** Aborted when nobody waits for the trace any more. */
  get abandoned(): AbortSignal {
    return this.#stop.signal;
  }

  /** All events so far. */
  get told(): readonly TraceEvent[] {
    return this.#told;
  }

  listen(): Listening {
    const mailbox = new Mailbox<TraceEvent>();
    for (const event of this.#told) mailbox.put(event);
    this.#listeners.add(mailbox);
    return { events: mailbox, leave: () => this.#leave(mailbox) };
  }

  tell(event: TraceEvent): void {
    this.#told.push(event);
    for (const listener of this.#listeners) listener.put(event);
  }

  end(): void {
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  fail(failure: unknown): void {
    for (const listener of this.#listeners) listener.fail(failure);
    this.#listeners.clear();
  }

  #leave(mailbox: Mailbox<TraceEvent>): void {
    mailbox.end();
    if (this.#listeners.delete(mailbox) && this.#listeners.size === 0) this.#stop.abort();
  }
}

/** To a trace that is over. */
export function replayOf(told: readonly TraceEvent[]): Listening {
  const mailbox = new Mailbox<TraceEvent>();
  for (const event of told) mailbox.put(event);
  mailbox.end();
  return { events: mailbox, leave: () => {} };
}
