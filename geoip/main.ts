/**
 * Builds `geoip/data/`: one .mmdb file with country and AS, and the list of what it was made from.
 *
 *     node build/geoip/main.js [--unless-current] [DB-IP Lite .mmdb ...]
 *
 * `--unless-current` leaves data alone that was built from the same sources or from newer ones. Files that are given take the
 * place of the packages.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase } from './database.js';
import { type DataSource, dbipLiteSource, packagedSources } from './sources.js';

const unlessCurrent = '--unless-current';
const folder = join(process.cwd(), 'geoip', 'data');
const databasePath = join(folder, 'wperf.mmdb');
const sourcesPath = join(folder, 'sources.json');

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`geoip: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

function main(args: readonly string[]): void {
  const files = args.filter((arg) => arg !== unlessCurrent);
  const sources = files.length === 0 ? packagedSources() : files.map(dbipLiteSource);
  if (args.includes(unlessCurrent) && isCurrent(sources)) return;
  mkdirSync(folder, { recursive: true });
  // The list stands for a whole database: it goes first and comes back last.
  rmSync(sourcesPath, { force: true });
  writeFileSync(databasePath, buildDatabase(sources));
  writeFileSync(sourcesPath, listOf(sources));
}

function isCurrent(sources: readonly DataSource[]): boolean {
  if (!existsSync(databasePath) || !existsSync(sourcesPath)) return false;
  const list = readFileSync(sourcesPath, 'utf8');
  const held = JSON.parse(list) as Pick<DataSource, 'date'>[];
  return list === listOf(sources) || held.every(({ date }) => sources.every((source) => source.date < date));
}

function listOf(sources: readonly DataSource[]): string {
  return `${JSON.stringify(sources, undefined, 2)}\n`;
}
