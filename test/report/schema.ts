import { readFileSync } from 'node:fs';
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
