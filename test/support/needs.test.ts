import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { repositoryFile, temporaryFolder } from './folders.js';
import { goModule, program, pythonModule, unmet } from './machine.js';
import { run } from './processes.js';

const impossible = program('no-such-program', 'no-such-package');
const wish = 'no-such-program (Debian package no-such-package)';

describe('needs', () => {
  test('name what is missing and how to get it, each once', () => {
    expect(unmet([program('node'), impossible, impossible])).toEqual([wish]);
    const module = "Python's no_such_module (Debian package python3-none)";
    expect(unmet([pythonModule('no_such_module', 'python3-none')])).toEqual([module]);
    expect(unmet([goModule('/no/such/folder')])).toEqual(['the Go modules of /no/such/folder']);
  });

  test('that are not met skip a suite by name with the reason', async () => {
    const { exitCode, stdout } = await runFixture({ CI: 'false' });
    expect(stdout).toContain(`needy > needs ${wish}`);
    expect(stdout).toMatch(/2 passed \| 1 skipped/);
    expect(exitCode).toBe(0);
  });

  test('that are not met fail a suite with CI=true', async () => {
    const { exitCode, stdout } = await runFixture({ CI: 'true' });
    expect(stdout).toMatch(/1 failed \| 2 passed/);
    expect(exitCode).toBe(1);
  });

  test('are left out of the fast run, met or not, and what is not declared fails there', async () => {
    const { exitCode, stdout } = await runFixture({ CI: 'true', WPERF_TESTS: 'fast' });
    expect(stdout).toContain('true cannot be run: declare it with describeNeeding');
    expect(stdout).toMatch(/1 failed \| 2 skipped/);
    expect(exitCode).toBe(1);
  });
});

/** A vitest with settings and an environment of its own. */
async function runFixture(wishes: Readonly<Record<string, string>>) {
  const vitest = repositoryFile('node_modules', 'vitest', 'vitest.mjs');
  const folder = repositoryFile('test', 'support', 'fixtures');
  const own = await temporaryFolder(onTestFinished);
  const config = join(own, 'vitest.config.mjs');
  await writeFile(config, `export default ${JSON.stringify({ cacheDir: own, test: { root: folder } })};`);
  const argv = [process.execPath, vitest, 'run', '--config', config, '--reporter', 'verbose'];
  const inherited = Object.keys(process.env).filter((name) => name.startsWith('VITEST') || name === 'FORCE_COLOR');
  const env = {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    WPERF_TESTS: undefined,
    NO_COLOR: '1',
    ...wishes,
  };
  return run(argv, { env });
}
