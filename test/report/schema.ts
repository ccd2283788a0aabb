import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { repositoryFile } from '../support/folders.js';

const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  strictTypes: false,
});
const load = (name: string) => JSON.parse(readFileSync(repositoryFile('docs', name), 'utf8'));
export const reportSchema = load('report.schema.json');
const report = ajv.compile(reportSchema);
const line = ajv.compile(load('stream.schema.json'));

ajv.addSchema(load('ping.schema.json'));

/** Holds a document of `--ping -J`, or a line of `--ping --json-stream`, against docs/ping.schema.json. */
export function expectPing(what: 'document' | 'line', value: unknown): void {
  const validate = ajv.getSchema(what === 'document' ? 'urn:wperf:ping' : 'urn:wperf:ping#/$defs/line');
  expect(validate?.(value), JSON.stringify(validate?.errors?.slice(0, 4))).toBe(true);
}

const routes = new Ajv({ strict: true, allowUnionTypes: true });
routes.addSchema(load('trace.schema.json'), 'trace');

/** Holds what a route is told in against docs/trace.schema.json: a document, or with a `part` such as `#/definitions/line` that. */
export function expectTrace(part: string, value: unknown): void {
  expect(isTrace(part, value), JSON.stringify(routes.errors?.slice(0, 4))).toBe(true);
}

/** For tests of the schema itself. */
export function isTrace(part: string, value: unknown): boolean {
  return routes.validate(`trace${part}`, value);
}

const comparison = ajv.compile(load('compare.schema.json'));

/** Holds a document of `--compare -J` against docs/compare.schema.json. */
export function expectComparison(document: unknown): void {
  expect(comparison(document), JSON.stringify(comparison.errors?.slice(0, 4))).toBe(true);
}

/** Holds a document of `-J` against docs/report.schema.json. */
export function expectReport(document: unknown): void {
  expect(report(document), JSON.stringify(report.errors?.slice(0, 4))).toBe(true);
}

/** Holds a line of `--json-stream` against docs/stream.schema.json. */
export function expectStreamLine(event: unknown): void {
  expect(line(event), JSON.stringify(line.errors?.slice(0, 4))).toBe(true);
}

/** True where the schema refuses it, for tests of the schema itself. */
export const isRefused = (document: unknown): boolean => !report(document);
