/** One JSON document a test, printed when the test ends. */
import type { TestEvent } from '../../events/load.js';
import { jsonText } from '../printable.js';
import type { Reporter, Sink } from '../reporter.js';
import { DocumentBuilder, type DocumentOptions } from './document.js';
import type { Identity } from './objects.js';

export class JsonReporter implements Reporter {
  readonly #builder: DocumentBuilder;
  readonly #out: Sink;

  constructor(identity: Identity, out: Sink, options: DocumentOptions = {}) {
    this.#builder = new DocumentBuilder(identity, options);
    this.#out = out;
  }

  event(event: TestEvent): void {
    const document = this.#builder.add(event);
    if (document !== undefined) this.#out.write(`${jsonText(document, 2)}\n`);
  }
}
