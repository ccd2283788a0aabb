/** One document of all that happened, printed when it is whole. */
import { jsonText } from '../printable.js';
import type { Sink } from '../reporter.js';

/** Of what has a last event, upon which the builder gives the document. */
export function jsonReporter<E>(builder: { add(event: E): object | undefined }, out: Sink) {
  return {
    event(event: E): void {
      const document = builder.add(event);
      if (document !== undefined) print(document, out);
    },
  };
}

/** Of what has no last event. */
export function jsonAtEndReporter<E>(document: { add(event: E): void; toJSON(): object }, out: Sink) {
  return { event: (event: E) => document.add(event), end: () => print(document, out) };
}

function print(document: object, out: Sink): void {
  out.write(`${jsonText(document, 2)}\n`);
}
