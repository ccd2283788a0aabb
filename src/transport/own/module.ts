/** A transport of the user's own: the module that a command line names, checked, and kept from harming what it does not carry. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WperfError } from '../../errors.js';
import { importModule } from '../../package.js';
import { protos } from '../../plan/protos.js';
import type { LoadTransport } from '../load-transport.js';
import { contained } from './contained.js';

/** Throws a WperfError that names the file and the rule. */
export async function loadModule(path: string): Promise<LoadTransport> {
  const file = resolve(path);
  const url = pathToFileURL(file).href;
  const found = await stat(file).catch(({ code }: NodeJS.ErrnoException) => code);
  if (found === 'ENOENT') throw flawed(path, 'is not there', 'check the path');
  if (typeof found === 'object' && !found.isFile()) throw flawed(path, 'is no file', 'name one');
  const module = await importModule(url).catch((thrown: unknown) => {
    throw flawed(path, `cannot be loaded: ${wordsOf(thrown)}`, 'check the file', thrown);
  });
  const flaw = flawOf(module);
  if (flaw !== undefined) throw flawed(path, flaw, 'see docs/transports.md');
  return contained(module as unknown as LoadTransport, [file, url]);
}

function flawOf({ name, carries, connect, listen, columns, statistics }: Record<string, unknown>): string | undefined {
  if (typeof name !== 'string' || !/^[A-Za-z0-9._-]{1,32}$/.test(name)) return 'exports no name of up to 32 letters';
  if ((protos as readonly string[]).includes(name)) return `exports the name ${name}, which is one of wperf's own`;
  if (carries !== 'bytes' && carries !== 'messages') return "exports no carries, 'bytes' or 'messages'";
  if (typeof connect !== 'function') return 'exports no function connect';
  if (typeof listen !== 'function') return 'exports no function listen';
  if (columns !== undefined && !isColumns(columns)) return 'exports columns that are no list of { key, title, kind }';
  if (columns !== undefined && typeof statistics !== 'function') return 'exports columns, and no function statistics';
  return undefined;
}

function isColumns(columns: unknown): boolean {
  const isText = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 32;
  const isColumn = (column: Record<string, unknown> | null) =>
    isText(column?.key) && isText(column?.title) && ['count', 'level', 'share'].includes(String(column?.kind));
  return Array.isArray(columns) && columns.length <= 16 && columns.every(isColumn);
}

function flawed(path: string, rule: string, hint: string, cause?: unknown): WperfError {
  return new WperfError('usage', `the module ${path} ${rule}`, { hint, cause });
}

function wordsOf(thrown: unknown): string {
  const [line = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
  return line;
}
