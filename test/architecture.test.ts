/** Every arrow between the rooms of `src`, of values and of types alike, is one that the table allows. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFile } from './support/folders.js';
import { exceptions, leafRooms, rooms } from './support/house.js';
import { houseTableEnd, houseTableStart, withHouseTable } from './support/house-table.js';

const source = repositoryFile('src');

interface Arrow {
  /** Files, as in `modes/load/client`. */
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => file.replace(/\.ts$/, ''));

/** What a file names in `from '...'`, `import '...'` and `import('...')`, values and types. */
function namedBy(file: string): string[] {
  const text = readFileSync(join(source, `${file}.ts`), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
}

const arrows: Arrow[] = files.flatMap((from) =>
  namedBy(from)
    .filter((name) => name.startsWith('.'))
    .map((name) => ({ from, to: relative(source, join(source, dirname(from), name)).replace(/\.js$/, '') })),
);

const isIn = (file: string, place: string) => file === place || file.startsWith(`${place}/`);

function roomOf(file: string) {
  const found = rooms.filter(({ name }) => isIn(file, name)).sort((a, b) => b.name.length - a.name.length)[0];
  if (found === undefined) throw new Error(`${file} is in no room of the table`);
  return found;
}

/** Leaves are open to everybody above them; among leaves only what the table says. */
function isAllowed({ from, to }: Arrow): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === other) return true;
  if (leafRooms.includes(other.name) && !leafRooms.includes(room.name)) return true;
  return room.imports.some((place) => isIn(to, place));
}

const isException = ({ from, to }: Arrow) => exceptions.some((one) => isIn(from, one.from) && isIn(to, one.to));
const textOf = ({ from, to }: Arrow) => `${from} -> ${to}`;

test('every file is in a room', () => {
  for (const file of files) expect(() => roomOf(file)).not.toThrow();
});

test('no arrow but those of the table', () => {
  expect(arrows.length).toBeGreaterThan(500);
  expect(arrows.filter((arrow) => !isAllowed(arrow) && !isException(arrow)).map(textOf)).toEqual([]);
});

test('every exception is needed, and says why', () => {
  for (const { from, to, reason } of exceptions) {
    const used = arrows.some((arrow) => isIn(arrow.from, from) && isIn(arrow.to, to) && !isAllowed(arrow));
    expect({ from, to, used }).toEqual({ from, to, used: true });
    expect(reason.length).toBeGreaterThan(20);
  }
});

test('a room imports only rooms below it', () => {
  const heights = new Map(rooms.map(({ name }, index) => [name, index]));
  for (const { name, imports } of rooms) {
    for (const other of imports)
      expect(heights.get(roomOf(other).name), `${name} -> ${other}`).toBeGreaterThan(heights.get(name) ?? 0);
  }
});

test('leaves know nothing of Node', () => {
  const ofNode = files
    .filter((file) => leafRooms.includes(roomOf(file).name))
    .flatMap((file) =>
      namedBy(file)
        .filter((name) => name.startsWith('node:'))
        .map((name) => `${file} -> ${name}`),
    );
  expect(ofNode).toEqual([]);
});

test('docs/architecture.md shows the table of rooms', async () => {
  const path = repositoryFile('docs', 'architecture.md');
  await expect(withHouseTable(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path);
});

test('the table goes between its markers, and nowhere else', () => {
  const made = withHouseTable(`before\n${houseTableStart}\nstale\n${houseTableEnd}\nafter\n`);
  expect(made).toMatch(/^before\n<!-- rooms[^\n]*\n\| room \|/);
  expect(made).not.toContain('stale');
  expect(withHouseTable(made)).toBe(made);
  expect(() => withHouseTable('no markers')).toThrow('lacks');
});
