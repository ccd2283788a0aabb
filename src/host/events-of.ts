/** What an engine emits, as an async iterable that ends with the engine. */
import { Mailbox } from './mailbox.js';

/** Runs an engine until it settles; it must not reject. */
type Engine<T> = (emit: (event: T) => void, stop: AbortSignal) => Promise<void>;

/**
 * Starts the engine at once. Its `stop` aborts with `signal`, or when the consumer leaves the loop, who then waits for
 * the engine.
 */
export function eventsOf<T>(engine: Engine<T>, signal?: AbortSignal): AsyncIterableIterator<T> {
  const events = new Mailbox<T>();
  const leave = new AbortController();
  const stop = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
  const finished = engine((event) => events.put(event), stop).finally(() => events.end());
  const pulled = events[Symbol.asyncIterator]();
  return {
    next: () => pulled.next(),
    async return() {
      leave.abort();
      await finished;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
