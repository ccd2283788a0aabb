/**
 * `summary.mjs RESULTS STATUS`: writes `N passed, N failed` from vitest's JSON report. A failure that is no test's (a
 * check, a file that cannot be loaded, an unhandled error, the smoke run) counts as one, so that none reads as success.
 */
import { existsSync, readFileSync } from 'node:fs';

const [file = '', status] = process.argv.slice(2);
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 0 };
const failed = status === '0' ? report.numFailedTests : Math.max(report.numFailedTests, 1);
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed\n`);
