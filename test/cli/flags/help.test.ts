import { readFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { brief } from '../../../src/cli/flags/help/brief.js';
import { helpText } from '../../../src/cli/flags/help/help.js';
import { topics } from '../../../src/cli/flags/help/topics.js';
import { flags, namesOf, placeholderOf, wordsOf } from '../../../src/cli/flags/table.js';
import { flagTable, flagTableEnd, flagTableStart, withFlagTable } from '../../support/flag-table.js';
import { repositoryFile } from '../../support/folders.js';

const widths = [48, 60, 72, 80, 100, 200];
const shown = topics.filter((topic) => topic !== 'man');

describe('helpText', () => {
  it('fits a screen where nothing is asked for', () => {
    expect(helpText(80, 'modes').split('\n').length).toBeLessThan(24);
  });

  it.each([
    ['client', true, false],
    ['server', false, true],
    ['trace', false, false],
    ['simulation', false, false],
  ] as const)('tells of what a %s takes', (topic, bidir, daemon) => {
    const text = helpText(100, topic);
    expect([text.includes('      --bidir '), text.includes('  -D, --daemon ')]).toEqual([bidir, daemon]);
  });

  it.each(widths.flatMap((width) => shown.map((topic) => [width, topic] as const)))(
    'fits %d columns: %s',
    (width, topic) => {
      const tooWide = helpText(width, topic)
        .split('\n')
        .filter((line) => line.length > width || line !== line.trimEnd());
      expect(tooWide).toEqual([]);
    },
  );

  it('takes no width below 48', () => expect(helpText(0, 'all')).toBe(helpText(48, 'all')));

  it.each([60, 100])('names every flag at %d columns', (width) => {
    const lines = helpText(width, 'all').split('\n');
    for (const flag of flags) {
      const { short, long } = wordsOf(flag);
      const start = [...short, ...long].join(', ') + placeholderOf(flag);
      expect(lines.filter((line) => `${line.trimStart()}  `.startsWith(`${start}  `))).toHaveLength(1);
    }
  });

  it('has its sections in order', () => {
    const titles = helpText(80, 'all')
      .split('\n')
      .filter((line) => /^\S.*:$/.test(line));
    expect(titles).toEqual([
      'Usage:',
      'Modes (give one):',
      'Client and server:',
      'Client (-c, --loopback):',
      'Simulated conditions (-c, --loopback):',
      'Server (-s):',
      'Routes (--traceroute, --reverse-traceroute):',
      'Routes back to clients (-s):',
      'Examples:',
    ]);
  });

  it('sets what a flag does beside it where there is room, with range and default', () => {
    expect(helpText(100, 'all')).toContain(
      '\n  -P, --parallel STREAMS           Use STREAMS connections at once (1 to 128; default 1)\n',
    );
    expect(helpText(60, 'all')).toContain(
      '\n  -P, --parallel STREAMS\n        Use STREAMS connections at once (1 to 128; default\n        1)\n',
    );
  });

  it('indents a flag without a short form under the long forms', () => {
    expect(helpText(100, 'all')).toContain('\n      --bidir                      Test both ways at once\n');
    expect(helpText(100, 'all')).toContain('\n  -4                               Use IPv4 only\n');
  });
});

test('brief has a few words for each flag', () => {
  for (const flag of flags) expect(brief(flag)).toMatch(/^[A-Z].{4,90}[^\s.,;:(]$/);
});

describe('the table of flags', () => {
  it('takes what stands for a value that is left out', () => {
    for (const { alone, type } of flags) if (alone !== undefined) expect(type?.parse(alone)).toBe(alone);
  });

  it('has no name twice', () => {
    const names = flags.flatMap(namesOf);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('names only flags that exist in conflicts and requirements', () => {
    const names: string[] = flags.map((flag) => flag.name);
    const named = flags.flatMap((flag) => [...(flag.conflicts ?? []), ...(flag.requires ?? [])]);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('the table of docs/flags.md', () => {
  it('is the one that the flags make', async () => {
    const page = await readFile(repositoryFile('docs', 'flags.md'), 'utf8');
    await expect(withFlagTable(page)).toMatchFileSnapshot(repositoryFile('docs', 'flags.md'));
  });

  it('has a row for each flag, with pipes escaped', () => {
    const rows = flagTable()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(flags.length);
    expect(flagTable()).toContain(
      '| `-O, --omit SECONDS` | 0 | Run SECONDS before the test that do not count, past TCP slow start (0 to 600) |',
    );
    expect(flagTable()).toContain('| `-f, --format k\\|m\\|g\\|t` |');
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
  });

  it('goes between the markers and is stable there', () => {
    const readme = `# Title\n${flagTableStart}\nold\n${flagTableEnd}\nafter\n`;
    const made = withFlagTable(readme);
    expect(made).toBe(`# Title\n${flagTableStart}\n${flagTable()}\n${flagTableEnd}\nafter\n`);
    expect(withFlagTable(made)).toBe(made);
  });

  it('refuses a document without markers', () => {
    expect(() => withFlagTable('# Title\n')).toThrow('lacks');
    expect(() => withFlagTable(`${flagTableEnd}${flagTableStart}`)).toThrow('lacks');
  });
});
