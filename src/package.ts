/**
 * What comes with the package: its files, its version, packages that it can do without, and how it is started. One
 * executable has all this inside: there `packed.ts` stands in this place.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = packageAbove(dirname(fileURLToPath(import.meta.url)));

/** The path of a file of the package, from its path within; the program and the library stand at different depths. */
export function packageFile(path: string): string {
  return join(root, path);
}

/** Its bytes at once, from its path within, and not to be written to; undefined where the package was built without it. */
export function packagePart(path: string): Buffer | undefined {
  const file = packageFile(path);
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** Its bytes, which may not be written to. Takes what `packageFile` gives. */
export function readPackageFile(file: string): Promise<Buffer> {
  return readFile(file);
}

/** Changes when the file is replaced or written. */
export async function packageFileStamp(file: string): Promise<string> {
  const { ino, size, ctimeMs } = await stat(file);
  return `${ino} ${size} ${ctimeMs}`;
}

/** An optional package with native code. Throws where it is not installed. */
export function nativePackage(name: 'koffi' | 'raw-socket'): unknown {
  return createRequire(import.meta.url)(name);
}

/** A module of the user's, by its URL. */
export function importModule(url: string): Promise<Record<string, unknown>> {
  return import(url);
}

/** The words that start this program once more. Throws where they are not known. */
export function ownProgram(): readonly [string, ...string[]] {
  // The executable that pkg makes starts its program by itself.
  if ('pkg' in process) return [process.execPath];
  const [, launcher] = process.argv;
  if (launcher === undefined) throw new Error('the path of the program is not known');
  return [process.execPath, ...process.execArgv, launcher];
}

/** The package's version, e.g. `1.0.0`. */
export const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };

/** How this end names itself to people and to its peer. */
export const software = `wperf ${version}`;

function packageAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageAbove(dirname(folder));
}
