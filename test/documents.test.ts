/** What documents name of the repository is there, and the map of `src` is whole. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exits } from '../src/cli/flags/help/texts.js';
import { repositoryFile } from './support/folders.js';

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'geoip/README.md'],
  ...readdirSync(repositoryFile('docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

const folders = ['src', 'test', 'docs', 'web', 'bench', 'bin', 'deploy', 'geoip', 'man', 'packaging', '.ci', '.github'];
/** Is built, not kept. */
const made = 'geoip/data';

const filesIn = (folder: string) => readdirSync(repositoryFile(folder), { recursive: true, encoding: 'utf8' });
const sources = new Set(folders.flatMap((folder) => filesIn(folder).map((file) => basename(file))));

/** Between backticks, without what is left open by `*`, `...` and the like. */
const codeIn = (text: string) => [...text.matchAll(/`([\w./-]+)`/g)].map(([, code = '']) => code);

describe.each(documents)('%s', (document) => {
  const text = readFileSync(repositoryFile(document), 'utf8');

  test('names files and folders that are there', () => {
    const paths = codeIn(text).filter((code) => folders.some((folder) => code.startsWith(`${folder}/`)));
    const known = paths.filter((path) => !path.startsWith(made));
    expect(known.filter((path) => !existsSync(repositoryFile(path)))).toEqual([]);
    const names = codeIn(text).filter((code) => /^[\w.-]+\.(ts|mjs|py)$/.test(code));
    expect(names.filter((name) => !sources.has(name))).toEqual([]);
  });

  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => link);
    const near = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(near.filter((link) => !existsSync(repositoryFile(dirname(document), link)))).toEqual([]);
  });

  test('has tables without gaps', () => {
    const rows = text.split('\n');
    const apart = rows.filter(
      (row, i) => row.startsWith('|') && !rows[i - 1]?.startsWith('|') && !/^\|[-|: ]+$/.test(rows[i + 1] ?? ''),
    );
    expect(apart).toEqual([]);
  });
});

/** What holds nothing but other folders, and what all dialects have alike. */
const toldOtherwise = /^cli\/run$|^dialects\/\w+\//;

test('docs/architecture.md says of each folder of src what it holds', () => {
  const text = readFileSync(repositoryFile('docs', 'architecture.md'), 'utf8');
  const isFolder = (file: string) => statSync(repositoryFile('src', file)).isDirectory();
  const inside = filesIn('src').filter((file) => file.includes('/') && isFolder(file) && !toldOtherwise.test(file));
  expect(inside.filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
});

test('docs/output.md has the exit codes of the manual page', () => {
  const text = readFileSync(repositoryFile('docs', 'output.md'), 'utf8').replaceAll('`', '');
  const rows = [...text.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code = '', what = '']) => [code, what]);
  const sentence = (what: string) => `${what[0]?.toUpperCase()}${what.slice(1)}.`;
  expect(rows.map(([code = '', what = '']) => [code, sentence(what)])).toEqual(exits);
});
