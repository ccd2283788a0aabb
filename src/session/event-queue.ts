/** Events pushed by an engine, pulled by a consumer: an async iterable that ends when the engine says so. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #events: T[] = [];
  readonly #onReturn: () => Promise<void>;
  #ended = false;
  #wake: () => void = () => {};

  /** `onReturn` runs when the consumer leaves early, and settles when the engine has stopped. */
  constructor(onReturn: () => Promise<void>) {
    this.#onReturn = onReturn;
  }

  push(event: T): void {
    this.#events.push(event);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#events.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#events.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<T>> {
    await this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
