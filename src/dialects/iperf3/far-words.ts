/** The other end's words to one stream, taken one at a time as they come. */
import type { WperfError } from '../../errors.js';
import type { FarWord } from '../../modes/load/stream/talk.js';

export class FarWords {
  readonly #words: FarWord[] = [];
  #waiter: { resolve(word: FarWord): void; reject(error: WperfError): void } | undefined;
  #failure: WperfError | undefined;

  /** Rejects with what `fail` was told, once no word is left. */
  next(): Promise<FarWord> {
    const word = this.#words.shift();
    if (word) return Promise.resolve(word);
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  put(word: FarWord): void {
    const waiter = this.#taken();
    if (waiter) waiter.resolve(word);
    else this.#words.push(word);
  }

  /** No more words come; the first error stands. */
  fail(error: WperfError): void {
    this.#failure ??= error;
    this.#taken()?.reject(error);
  }

  #taken() {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }
}
