import { describe, expect, it } from 'vitest';
import { withWrapping } from '../../../src/report/text/wrapped.js';

function written(text: string, columns: number | undefined): string {
  let all = '';
  const sink = withWrapping({ write: (part) => (all += part) }, () => columns);
  sink.write(text);
  return all;
}

const text = 'a line of words that is longer than thirty columns\n';

describe('lines on a terminal', () => {
  it('are cut between words, and go on indented', () => {
    expect(written(text, 30)).toBe('a line of words that is longer\n  than thirty columns\n');
    expect(written(`short\n\n${text}`, 30)).toBe('short\n\na line of words that is longer\n  than thirty columns\n');
  });

  it('keep their own indent and columns', () => {
    expect(written(' 1  [a]     192.0.2.1     1.000 ms\n', 30)).toBe(' 1  [a]     192.0.2.1\n  1.000 ms\n');
  });

  it('stay whole where they fit, in a pipe, and where no word would fit', () => {
    for (const columns of [50, undefined, 0, 19]) expect(written(text, columns)).toBe(text);
  });

  it('have a word that is longer than the terminal to itself', () => {
    expect(written('see https://a.long.example/without/any/blank for more\n', 24)).toBe(
      'see\n  https://a.long.example/without/any/blank\n  for more\n',
    );
  });

  it('do not count the sequences of color', () => {
    const bold = '\u001b[1ma line of thirty columns, bold\u001b[0m\n';
    expect(written(bold, 30)).toBe(bold);
  });
});
