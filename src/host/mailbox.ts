/** A queue between a producer that never waits and one consumer that iterates. The producer bounds what it puts in. */
export class Mailbox<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #ended = false;
  #failure: unknown;
  #notify: () => void = () => undefined;

  put(item: T): void {
    this.#items.push(item);
    this.#notify();
  }

  /** Ends the iteration once it is empty. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** Ends the iteration once it is empty, by throwing. */
  fail(failure: unknown): void {
    this.#failure = failure;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) yield item;
      if (this.#ended) break;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}
