import { expect, test } from 'vitest';
import { type ErrorCode, exitCode, exitCodes } from '../src/errors.js';

test('each code has its exit code, and any other text that of this machine', () => {
  expect(exitCode('interrupted')).toBe(exitCodes.interrupted);
  expect(exitCode('peer-lost')).toBe(exitCodes.test);
  for (const other of ['ENOENT', 'toString', '']) expect(exitCode(other as ErrorCode)).toBe(exitCodes.local);
});
