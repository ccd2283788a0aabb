/** Tests that need root or a program are skipped, by a name that says why; where CI=true they fail instead. */
import { accessSync, constants } from 'node:fs';
import { describe } from 'vitest';

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** `describe`, unless this machine lacks something. */
export function describeNetwork(name: string, programs: readonly string[], tests: () => void): void {
  const lacking = [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...programs.filter((program) => !isInstalled(program)),
  ];
  if (lacking.length === 0 || process.env.CI === 'true') describe(name, tests);
  else describe.skip(`${name} (skipped: needs ${lacking.join(', ')})`, tests);
}

function isInstalled(program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
