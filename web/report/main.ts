/** The command line's report in HTML, of a document as it writes it. Fetched when it is first asked for. */
import { readDocument } from '../../src/report/document/read.js';
import { reportPage } from '../../src/report/html/load/page.js';

export function reportOf(json: string): string {
  return reportPage(readDocument(json, 'the result'));
}
