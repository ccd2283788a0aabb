/** Events pushed by an engine, pulled by a consumer: an async iterable that ends when the engine says so. */
import { Mailbox } from '../trace/mailbox.js';

export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #events = new Mailbox<T>();
  readonly #pulled = this.#events[Symbol.asyncIterator]();
  readonly #onReturn: () => Promise<void>;

  /** `onReturn` runs when the consumer leaves early, and settles when the engine has stopped. */
  constructor(onReturn: () => Promise<void>) {
    this.#onReturn = onReturn;
  }

  push(event: T): void {
    this.#events.put(event);
  }

  end(): void {
    this.#events.end();
  }

  next(): Promise<IteratorResult<T>> {
    return this.#pulled.next();
  }

  async return(): Promise<IteratorResult<T>> {
    await this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
