import { describe, expect, it } from 'vitest';
import { WperfError } from '../../../src/errors.js';
import { readAny, readDocument } from '../../../src/report/document/read.js';
import { documentOf, wholeOf } from '../documents.js';
import { startOf } from '../fixtures.js';
import {
  backEvents,
  pingDocumentOf,
  pingEvents,
  routesDocumentOf,
  thereEvents,
  traceDocumentOf,
} from '../other-documents.js';

const good = JSON.parse(JSON.stringify(documentOf(wholeOf(startOf()))));

function lineOf(contents: string): string {
  try {
    readDocument(contents, "--from 'x'");
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(WperfError);
    return (thrown as WperfError).line;
  }
  return '';
}

function changed(change: (document: typeof good) => void): string {
  const copy = structuredClone(good);
  change(copy);
  return JSON.stringify(copy);
}

describe('a document that is read', () => {
  it('is checked, and kept as it was', () => {
    const unknown = changed((document) => Object.assign(document, { later: { figure: 1 } }));
    const { raw, checked } = readDocument(`\ufeff ${unknown}\n`, 'x');
    expect(raw).toHaveProperty('later.figure', 1);
    expect(checked).not.toHaveProperty('later');
    expect(checked.end.sum_received?.bits_per_second).toBe(1e9);
  });

  it.each([
    ['', 'is not JSON'],
    ['{"start":', 'is not JSON'],
    ['[1]', 'the document must be an object'],
    ['<!doctype html><p>hello', 'is HTML without a result of wperf in it'],
    ['<script type="application/json" id="wperf-result">{}', 'is HTML without a result'],
    ['{}', 'start must be an object'],
    [
      changed((document) => Object.assign(document.start, { version: 'iperf 3.12' })),
      'start.version must be the version of wperf',
    ],
    [changed((document) => Object.assign(document, { intervals: 7 })), 'intervals must be a list'],
    [changed((document) => Object.assign(document.intervals[1].sum, { bytes: -1 })), 'intervals[1].sum.bytes must be'],
    [
      changed((document) => Object.assign(document.end.sum_received, { bits_per_second: '9' })),
      'end.sum_received.bits_per_second must be',
    ],
    [changed((document) => Object.assign(document.end.latency, { grade: 'Z' })), 'end.latency.grade must be one of'],
    [
      changed((document) => Object.assign(document.start.test_start, { reverse: true })),
      'start.test_start.reverse must be',
    ],
    [
      `{"start":{"version":"wperf 1.0.0","connected":[]},"intervals":[],"end":{},"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      'nests too deep',
    ],
  ])('is refused in one line that names the field: %.40s', (contents, words) => {
    const line = lineOf(contents);
    expect(line).toMatch(/^--from 'x'[^\n]*: give what wperf -J printed, or a report that wperf wrote$/);
    expect(line).toContain(words);
  });
});

describe('a document of something else', () => {
  it.each([
    ['pings', '--ping', pingDocumentOf(pingEvents)],
    ['route', 'a route trace', traceDocumentOf(thereEvents)],
    ['routes', '--both-traceroutes', routesDocumentOf(thereEvents, backEvents)],
  ])('is told by what only it has, and refused where a test is wanted: %s', (kind, name, document) => {
    const text = JSON.stringify(document);
    expect(readAny(text, 'x')).toMatchObject({ kind, raw: JSON.parse(text) });
    expect(lineOf(text)).toBe(
      `--from 'x' is a result of ${name}, not of a test of load: --from makes a report of it with --report, and prints it with -J`,
    );
  });
});
