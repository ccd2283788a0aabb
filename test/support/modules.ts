/** The transports that docs/transports.md builds, as files that can be named. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFile, temporaryFolder } from './folders.js';
import type { Later } from './undo.js';

/** By the name in its first line, e.g. `plain.mjs`. */
export function documentedModules(): ReadonlyMap<string, string> {
  const text = readFileSync(repositoryFile('docs', 'transports.md'), 'utf8');
  const blocks = [...text.matchAll(/```js\n\/\/ (\S+)\n(.*?)```/gs)];
  return new Map(blocks.map(([, name = '', code = '']) => [name, code]));
}

/** The path of a file with this code. */
export async function moduleFile(later: Later, name: string, code = documentedModules().get(name)): Promise<string> {
  if (code === undefined) throw new Error(`docs/transports.md has no ${name}`);
  const path = join(await temporaryFolder(later), name);
  writeFileSync(path, code);
  return path;
}
