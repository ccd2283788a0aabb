/** What the page may use: its own rooms, and of the house only what knows nothing of Node. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFile } from '../support/folders.js';

const root = repositoryFile('.');
const files = readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** The page draws and keeps; all that measures is the worker's. */
const rooms = {
  page: ['src/measure', 'src/plan', 'web/page', 'web/messages', 'web/worker/shape'],
  worker: ['src', 'web/worker', 'web/messages'],
  report: ['src/report/document', 'src/report/html'],
  'messages.ts': ['src/measure', 'src/plan'],
};
const notHere = [
  'src/server',
  'src/cli',
  'src/library',
  'src/client',
  'src/trace',
  'src/dialects/legacy',
  'src/host/node',
];

const isIn = (file: string, place: string) => file === place || file.startsWith(`${place}/`);

test.each(files)('%s imports only what it may', (file) => {
  const text = readFileSync(join(root, 'web', file), 'utf8');
  const [, allowed = []] = Object.entries(rooms).find(([room]) => isIn(file, room)) ?? [];
  for (const [, name = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)) {
    const place = relative(root, join(root, 'web', dirname(file), name)).replace(/\.js$/, '');
    expect(name).toMatch(/^\./);
    expect(
      allowed.some((each) => isIn(place, each)),
      `${file} -> ${place}`,
    ).toBe(true);
    expect(
      notHere.some((each) => isIn(place, each)),
      `${file} -> ${place}`,
    ).toBe(false);
  }
});
