import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonFlaw, parseFlatJson, placeOf } from '../../../src/cli/flags/flat-json.js';

const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const object = fc.dictionary(fc.string(), fc.oneof(scalar, fc.array(scalar)));

function plain(text: string): unknown {
  const values = parseFlatJson(text).map(({ key, value }) => {
    const scalars = ('kind' in value ? [value] : value).map((one) =>
      one.kind === 'text' ? one.text : JSON.parse(one.text),
    );
    return [key, 'kind' in value ? scalars[0] : scalars] as const;
  });
  return Object.fromEntries(values);
}

describe('parseFlatJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(plain(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('takes nothing that JSON.parse does not take', () => {
    const word = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '01',
      '.5',
      'true',
      'null',
      ' ',
      '\n',
      "'",
      '//',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join('');
        try {
          parseFlatJson(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(JsonFlaw);
          return;
        }
        expect(() => JSON.parse(text)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['', '1:1', "'{' should stand here, not the end of the file"],
    ['{\n  "a": 1,\n}', '3:1', 'a key in double quotes should stand here, not "}"'],
    ['{ "a" 1 }', '1:7', '\':\' should stand here, not "1"'],
    ['{ "a": 1 "b": 2 }', '1:10', "',' or '}' should stand here, not \"\\\"\""],
    ['{ "a": null }', '1:8', 'a text in double quotes, a number, true or false should stand here, not "n"'],
    ['{ "a": { } }', '1:8', 'a text in double quotes, a number, true or false should stand here, not "{"'],
    ['{} // x', '1:4', 'nothing more should stand here, not "/"'],
  ])('says where %j goes wrong', (text, place, message) => {
    const flaw = flawOf(text);
    expect([placeOf(text, flaw.offset), flaw.message]).toEqual([place, message]);
  });
});

function flawOf(text: string): JsonFlaw {
  try {
    parseFlatJson(text);
  } catch (thrown) {
    if (thrown instanceof JsonFlaw) return thrown;
  }
  throw new Error('it has no flaw');
}
