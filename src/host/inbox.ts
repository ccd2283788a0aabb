/** A queue between who puts things in as they come and who takes one at a time. The producer bounds what it puts in. */
export class Inbox<T> {
  failure: Error | undefined;
  readonly #items: T[] = [];
  #waiter: { resolve(item: T): void; reject(error: Error): void } | undefined;

  /** What is here and was not taken. */
  get length(): number {
    return this.#items.length;
  }

  /** Rejects with what `fail` was told, once nothing is left. */
  next(): Promise<T> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift() as T);
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  put(item: T): void {
    const waiter = this.#taken();
    if (waiter) waiter.resolve(item);
    else this.#items.push(item);
  }

  /** No more comes; the first failure stands. */
  fail(failure: Error): void {
    this.failure ??= failure;
    this.#taken()?.reject(this.failure);
  }

  #taken() {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }
}
