/** What comes with the package: its files and its version. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = packageAbove(dirname(fileURLToPath(import.meta.url)));

/** The path of a file of the package, from its path within; the program and the library stand at different depths. */
export function packageFile(path: string): string {
  return join(root, path);
}

/** The package's version, e.g. `1.0.0`. */
export const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };

/** How this end names itself to people and to its peer. */
export const software = `wperf ${version}`;

function packageAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageAbove(dirname(folder));
}
