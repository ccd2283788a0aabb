/** Documents back from what `-J` printed and from reports in HTML. What is no such thing is told with its field. */
import { WperfError } from '../../errors.js';
import { ShapeError } from '../../protocol/shape.js';
import { jsonText } from '../printable.js';
import { checkDocument, type TestDocument } from './shape.js';

/** As it was, with what lies in it that this version does not know, and checked. */
export interface Whole {
  readonly raw: unknown;
  readonly checked: TestDocument;
}

/** Where a report in HTML keeps its document. */
export const EMBEDDED_BEGIN = '<script type="application/json" id="wperf-result">';
export const EMBEDDED_END = '</script>';

const HINT = 'give what wperf -J printed, or a report that wperf wrote';

/**
 * @param name the file as its errors name it.
 * @throws WperfError `file-failure`.
 */
export function readDocument(contents: string, name: string): Whole {
  const text = contents.replace(/^\ufeff/, '').trim();
  const raw = parsed(text.startsWith('<') ? embeddedIn(text, name) : text, name);
  try {
    // What nests too deep to be written is refused here, and not after a test of its neighbours.
    jsonText(raw);
    return { raw, checked: checkDocument(raw) };
  } catch (thrown) {
    if (thrown instanceof ShapeError) throw refused(`${name}: ${fieldOf(thrown)} must be ${thrown.rule}`);
    if (thrown instanceof RangeError) throw refused(`${name} nests too deep`);
    throw thrown;
  }
}

/** A document of this process, as a reader of its text would find it: both make the same of it. */
export function asRead(document: unknown): Whole {
  return readDocument(jsonText(document), 'the result');
}

function embeddedIn(html: string, name: string): string {
  const begin = html.indexOf(EMBEDDED_BEGIN);
  const from = begin + EMBEDDED_BEGIN.length;
  const end = begin < 0 ? -1 : html.indexOf(EMBEDDED_END, from);
  if (end < 0) throw refused(`${name} is HTML without a result of wperf in it`);
  return html.slice(from, end);
}

function parsed(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw refused(`${name} is not JSON (${cause instanceof Error ? cause.message.slice(0, 120) : cause})`);
  }
}

function fieldOf({ field }: ShapeError): string {
  return field === '' ? 'the document' : field;
}

function refused(message: string): WperfError {
  return new WperfError('file-failure', message, { operation: 'read', hint: HINT });
}
