/** One document of all that happened, printed when it is whole. */
import { jsonText } from '../printable.js';
import type { Sink } from '../reporter.js';

interface Builder<E> {
  /** The document upon the last event. */
  add(event: E): object | undefined;
}

export class JsonReporter<E> {
  readonly #builder: Builder<E>;
  readonly #out: Sink;

  constructor(builder: Builder<E>, out: Sink) {
    this.#builder = builder;
    this.#out = out;
  }

  event(event: E): void {
    const document = this.#builder.add(event);
    if (document !== undefined) print(document, this.#out);
  }
}

interface Growing<E> {
  add(event: E): void;
  toJSON(): object;
}

/** Of what has no last event. */
export class JsonAtEndReporter<E> {
  readonly #document: Growing<E>;
  readonly #out: Sink;

  constructor(document: Growing<E>, out: Sink) {
    this.#document = document;
    this.#out = out;
  }

  event(event: E): void {
    this.#document.add(event);
  }

  end(): void {
    print(this.#document, this.#out);
  }
}

function print(document: object, out: Sink): void {
  out.write(`${jsonText(document, 2)}\n`);
}
