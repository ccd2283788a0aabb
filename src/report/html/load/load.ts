/** Gathers a test for its report in HTML. */
import type { TestEvent } from '../../../events/load.js';
import { asRead } from '../../document/read.js';
import { DocumentBuilder } from '../../json/document.js';
import type { Identity } from '../../json/objects.js';
import type { Reporter } from '../../reporter.js';
import { reportPage } from './page.js';

export class HtmlReporter implements Reporter {
  readonly #builder: DocumentBuilder;
  #document: Record<string, unknown> | undefined;

  constructor(identity: Identity) {
    this.#builder = new DocumentBuilder(identity, { withTrips: true });
  }

  event(event: TestEvent): void {
    this.#document ??= this.#builder.add(event);
  }

  /** Undefined before the test has ended. */
  page(): string | undefined {
    return this.#document && reportPage(asRead(this.#document));
  }
}
