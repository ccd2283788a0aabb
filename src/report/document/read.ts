/** Documents back from what `-J` printed and from reports in HTML. What is no such thing is told with its field. */
import { WperfError } from '../../errors.js';
import { type Shape, ShapeError } from '../../protocol/shape.js';
import { jsonText } from '../printable.js';
import { type PingDocument, pingDocument } from './ping-shape.js';
import { type RoutesDocument, routesDocument, type TraceDocument, traceDocument } from './route-shape.js';
import { type TestDocument, testDocument } from './shape.js';

/** As it was, with what lies in it that this version does not know, and checked. */
export interface Whole<D = TestDocument> {
  readonly raw: unknown;
  readonly checked: D;
}

export type TestWhole = { readonly kind: 'test' } & Whole;

/** A document of any kind. */
export type AnyWhole =
  | TestWhole
  | ({ readonly kind: 'pings' } & Whole<PingDocument>)
  | ({ readonly kind: 'route' } & Whole<TraceDocument>)
  | ({ readonly kind: 'routes' } & Whole<RoutesDocument>);

/** Where a report in HTML keeps its document. */
export const EMBEDDED_BEGIN = '<script type="application/json" id="wperf-result">';
export const EMBEDDED_END = '</script>';

const HINT = 'give what wperf -J printed, or a report that wperf wrote';

/**
 * A document of a test of load.
 *
 * @param name the file as its errors name it.
 * @throws WperfError `file-failure`.
 */
export function readDocument(contents: string, name: string): TestWhole {
  const whole = readAny(contents, name);
  if (whole.kind === 'test') return whole;
  throw new WperfError('file-failure', `${name} is a result of ${kindNames[whole.kind]}, not of a test of load`, {
    ...{ operation: 'read', hint: '--from makes a report of it with --report, and prints it with -J' },
  });
}

const kindNames = { pings: '--ping', route: 'a route trace', routes: '--both-traceroutes' } as const;

/** A document of whatever kind; as `readDocument`. */
export function readAny(contents: string, name: string): AnyWhole {
  const text = contents.replace(/^\ufeff/, '').trim();
  const raw = parsed(text.startsWith('<') ? embeddedIn(text, name) : text, name);
  try {
    // What nests too deep to be written is refused here, and not after a test of its neighbours.
    jsonText(raw);
    return checked(raw);
  } catch (thrown) {
    if (thrown instanceof ShapeError) throw refused(`${name}: ${fieldOf(thrown)} must be ${thrown.rule}`);
    if (thrown instanceof RangeError) throw refused(`${name} nests too deep`);
    throw thrown;
  }
}

/** Each kind has a field that no other has. */
function checked(raw: unknown): AnyWhole {
  const has = (key: string) => typeof raw === 'object' && raw !== null && Object.hasOwn(raw, key);
  const by = <D>(shape: Shape<D>) => ({ raw, checked: shape(raw, '') });
  if (has('pings')) return { kind: 'pings', ...by(pingDocument) };
  if (has('hops')) return { kind: 'route', ...by(traceDocument) };
  if (has('rows')) return { kind: 'routes', ...by(routesDocument) };
  return { kind: 'test', ...by(testDocument) };
}

/**
 * A test with a route beside it, as one document.
 *
 * @param name the route's file as its errors name it.
 * @throws WperfError `file-failure`.
 */
export function withRoutes({ raw, checked: test }: TestWhole, other: AnyWhole, name: string): TestWhole {
  if (other.kind === 'test' || other.kind === 'pings') {
    throw new WperfError('file-failure', `${name} is no result of a route`, {
      ...{ operation: 'read', hint: 'behind the first file give results of routes' },
    });
  }
  const before = (raw as { readonly routes?: readonly unknown[] }).routes ?? [];
  return {
    kind: 'test',
    raw: { ...(raw as object), routes: [...before, other.raw] },
    checked: { ...test, routes: [...(test.routes ?? []), other.checked] },
  };
}

/** A document of this process, as a reader of its text would find it: both make the same of it. */
export function asRead(document: unknown): Whole {
  return readDocument(jsonText(document), 'the result');
}

/** The same of whatever kind. */
export function anyAsRead(document: unknown): AnyWhole {
  return readAny(jsonText(document), 'the result');
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
