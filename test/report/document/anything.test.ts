/** A document in which any one value is something else: refused in a line, or reported without harm. */
import { describe, expect, it } from 'vitest';
import { WperfError } from '../../../src/errors.js';
import { comparisonOf } from '../../../src/report/compare/compare.js';
import { comparisonText } from '../../../src/report/compare/shown.js';
import { csvOf } from '../../../src/report/csv/csv.js';
import { type AnyWhole, readAny } from '../../../src/report/document/read.js';
import { anyPage } from '../../../src/report/html/any-page.js';
import { datagram, documentOf, packetsOf, wholeOf } from '../documents.js';
import { simulation, startOf } from '../fixtures.js';
import {
  backEvents,
  pingDocumentOf,
  pingEvents,
  routesDocumentOf,
  thereEvents,
  traceDocumentOf,
} from '../other-documents.js';

const rich = startOf({ direction: 'bidir', streams: 2 }, { simulation, title: 't', extraData: 'x', proxy: 'p' });
const failedChecks = [{ check: 'rate', direction: 'up', figure: 1, bound: 2 }] as const;

const documents = {
  throughput: documentOf(wholeOf(rich, { failedChecks, warnings: ['w'], serverOutput: 'o' })),
  packets: documentOf(packetsOf(datagram)),
  'a test beside a route': { ...documentOf(wholeOf(startOf())), routes: [traceDocumentOf(backEvents)] },
  pings: pingDocumentOf(pingEvents),
  'a route': traceDocumentOf(thereEvents),
  'both routes': routesDocumentOf(thereEvents, backEvents),
};

const attack = '"><script>alert(1)</script>';
const values: readonly unknown[] = [null, undefined, attack, -1, 1e308, true, []];

/** Paths of all values in a document, but for those in all intervals and streams behind the first. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  const inside = Object.entries(value).filter(([key]) => !/^[1-9]/.test(key));
  return [[...path], ...inside.flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

function withValue(document: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = Array.isArray(document) ? [...document] : { ...(document as object) };
  return Object.assign(copy, { [key]: withValue((document as Record<string, unknown>)[key], rest, value) });
}

function readOrLine(text: string): AnyWhole | string {
  try {
    return readAny(text, 'x');
  } catch (thrown) {
    if (thrown instanceof WperfError) return thrown.line;
    throw thrown;
  }
}

/** What a reader would see of it that nobody wrote. */
function faultsOf(text: string): readonly unknown[] {
  const read = readOrLine(text);
  if (typeof read === 'string') return /^x[^\n]+$/.test(read) ? [] : [read];
  const page = anyPage(read);
  const faults = [page.match(/<script/g)?.length === 1 ? null : 'scripts', /\bNaN\b|undefined|Infinity/.exec(page)];
  if (read.kind === 'test') {
    const run = { name: 'x', document: read.checked };
    faults.push(/NaN|undefined|Infinity|script/.exec(csvOf(read.checked)));
    faults.push(/NaN|undefined|Infinity/.exec(comparisonText(comparisonOf([run, run]))));
  }
  return faults.filter((fault) => fault !== null);
}

describe.each(Object.entries(documents))('a document of %s', (_name, document) => {
  const plain = JSON.parse(JSON.stringify(document));
  it.each(pathsOf(plain).map((path) => [path.join('.'), path] as const))('with another %s', (_path, path) => {
    const texts = values.map((value) => JSON.stringify(withValue(plain, path, value)) ?? 'undefined');
    expect(texts.flatMap((text) => faultsOf(text).map((fault) => [text, fault]))).toEqual([]);
  });
});
