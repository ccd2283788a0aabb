/** The manual page: the one that the flags make, whole, and what man makes of it. */
import { describe, expect, test } from 'vitest';
import { manPage } from '../../../src/cli/flags/help/man.js';
import { flags, wordsOf } from '../../../src/cli/flags/table.js';
import { repositoryFile } from '../../support/folders.js';
import { describeNeeding, program } from '../../support/needs.js';
import { output, run } from '../../support/processes.js';

const page = repositoryFile('man', 'wperf.1');

describe('the manual page', () => {
  test('is the one that the flags make', async () => {
    await expect(manPage()).toMatchFileSnapshot(page);
  });

  test('has its sections in order', () => {
    expect(manPage().match(/(?<=^\.SH ).*/gm)).toEqual([
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'OPTIONS',
      'CONFIGURATION FILE',
      'EXIT STATUS',
      'ENVIRONMENT',
      'FILES',
      'EXAMPLES',
      'SEE ALSO',
    ]);
  });
});

describeNeeding('the manual page', [program('mandoc'), program('man', 'man-db')], () => {
  test('is sound', async () => {
    const { stdout, stderr } = await run(['mandoc', '-Tlint', '-Wwarning', page]);
    // A date would change the page where nothing else has changed.
    const found = (stdout + stderr).split('\n').filter((line) => !line.includes('missing date'));
    expect(found.join('')).toBe('');
  });

  test('shows every flag, with dashes that can be copied', async () => {
    const env = { MANWIDTH: '1000', LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: undefined };
    const shown = (await output(['man', '--warnings', '-l', page], { env })).split('\n').map((line) => line.trim());
    for (const flag of flags) {
      const { short, long } = wordsOf(flag);
      const start = [...short, ...long].join(', ');
      expect(shown.filter((line) => line === start || line.startsWith(`${start} `))).toHaveLength(1);
    }
  });
});
