import { expect, it } from 'vitest';
import { askedFormat } from '../../../src/cli/flags/asked-format.js';

it.each([
  ['', 'text'],
  ['-c h --bogus', 'text'],
  ['-c h --bogus -J', 'json'],
  ['--json --bogus', 'json'],
  ['-c h -RJ', 'json'],
  ['-c h -TJ', 'text'],
  ['-c h -xJ', 'text'],
  ['--json-stream', 'json-stream'],
  ['-J --json-stream', 'json-stream'],
  ['-c h -- -J', 'text'],
])('%j asks for %s', (line, format) => expect(askedFormat(line.split(' '))).toBe(format));
