import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Later } from './undo.js';

/** A new empty folder that is removed with all it holds. */
export async function temporaryFolder(later: Later): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wperf-test-'));
  later(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of this repository, found alike from the sources and from compiled copies of them. */
export function repositoryFile(...path: string[]): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no package.json above the test support files');
    folder = parent;
  }
  return join(folder, ...path);
}
