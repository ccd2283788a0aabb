/** The program as a user meets it: spawned, its streams and exit codes looked at. */
import { expect } from 'vitest';

/** Below what a machine can do: these tests ask what is said, not how fast. */
export const quick: readonly string[] = ['-t', '0.4', '-i', '0.2', '-b', '50M'];

/** No more than one line, and nothing of a stack. */
export function expectOneLine(text: string, start: string): void {
  expect(text).toMatch(/^[^\n]+\n$/);
  expect(text.startsWith(start), text).toBe(true);
  expect(text).not.toMatch(/\bat .*:\d+:\d+/);
}
