/** `--csv`: the rows when the test ends; what there is to say beside them goes where errors do. */
import { stripControl } from '../../errors.js';
import type { TestEvent } from '../../events/load.js';
import { asRead } from '../document/read.js';
import type { Identity } from '../json/common.js';
import { DocumentBuilder } from '../json/document.js';
import type { Reporter, Screen } from '../reporter.js';
import { checkLine } from '../text/load/checks.js';
import { csvOf } from './csv.js';

export class CsvReporter implements Reporter {
  readonly #builder: DocumentBuilder;
  readonly #screen: Screen;

  constructor(identity: Identity, screen: Screen) {
    this.#builder = new DocumentBuilder(identity);
    this.#screen = screen;
  }

  event(event: TestEvent): void {
    const document = this.#builder.add(event);
    if (document !== undefined) this.#screen.out.write(csvOf(asRead(document).checked));
    if (event.type === 'notice') this.#note(event.level === 'warning' ? 'warning:' : 'note:', event.text);
    else if (event.type === 'error') this.#note('wperf: error:', event.error.line);
    else if (event.type === 'end') {
      for (const warning of event.warnings) this.#note('warning:', warning);
      for (const failed of event.failedChecks ?? []) this.#note('check failed:', checkLine(failed));
    }
  }

  #note(mark: string, text: string): void {
    this.#screen.err.write(`${mark} ${stripControl(text)}\n`);
  }
}
