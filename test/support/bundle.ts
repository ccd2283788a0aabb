/** Source files as one program for another process, which has no loader for TypeScript. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';
import { repositoryFile } from './folders.js';
import type { Later } from './undo.js';

/** A module of this text, whose imports are found as from `test/support`; the path of what `node` runs. */
export async function bundled(later: Later, text: string): Promise<string> {
  // Within the repository, where the packages are found that stay outside.
  await mkdir(repositoryFile('build'), { recursive: true });
  const folder = await mkdtemp(repositoryFile('build', 'bundle-'));
  later(() => rm(folder, { recursive: true, force: true }));
  const entry = repositoryFile('test', 'support', 'program.ts');
  const file = join(folder, 'program.mjs');
  await build({
    input: entry,
    platform: 'node',
    external: ['koffi'],
    logLevel: 'warn',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    plugins: [
      {
        name: 'entry',
        load: (id) => (id === entry ? { code: text, moduleType: 'ts' } : null),
        resolveId: (id) => (id === entry ? id : null),
      },
    ],
    output: { file, format: 'esm', codeSplitting: false },
  });
  return file;
}
