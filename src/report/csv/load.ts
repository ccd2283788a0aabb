/** `--csv`: the rows when the test ends; what there is to say beside them goes where errors do. */
import { stripControl } from '../../errors.js';
import { asRead } from '../document/read.js';
import type { Identity } from '../json/common.js';
import { DocumentBuilder } from '../json/document.js';
import type { Reporter, Screen } from '../reporter.js';
import { checkLine } from '../text/load/checks.js';
import { warningsOf } from '../text/load/warnings.js';
import { csvOf } from './csv.js';

export function csvReporter(identity: Identity, { out, err }: Screen): Reporter {
  const builder = new DocumentBuilder(identity);
  const note = (mark: string, text: string) => err.write(`${mark} ${stripControl(text)}\n`);
  return {
    event(event) {
      const document = builder.add(event);
      if (document !== undefined) out.write(csvOf(asRead(document).checked));
      if (event.type === 'notice') note(event.level === 'warning' ? 'warning:' : 'note:', event.text);
      const end = event.type === 'error' ? event.partial : event.type === 'end' ? event : undefined;
      if (end !== undefined) {
        for (const warning of warningsOf(end)) note('warning:', warning);
        for (const failed of end.failedChecks ?? []) note('check failed:', checkLine(failed));
      }
      if (event.type === 'error') note('wperf: error:', event.error.line);
    },
  };
}
