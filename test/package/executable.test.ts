/** The one executable, as a plain user meets it: in an empty folder, with no Node on PATH and no HOME. */

import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { version } from '../../src/package.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import type { Need } from '../support/machine.js';
import { describeNeeding, program, root } from '../support/needs.js';
import { freePort, listening } from '../support/ports.js';
import { type Finished, output, run, start } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';

const nodeForIt: Need = () =>
  existsSync(repositoryFile('packaging', 'node_modules', 'postject')) ? null : 'npm ci --prefix packaging';

const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];

describeNeeding('the executable', [nodeForIt, root, program('setpriv', 'util-linux')], () => {
  const later = undoAfterAll();
  const place = { folder: '', file: '' };

  beforeAll(async () => {
    await output([process.execPath, repositoryFile('packaging', 'make.js')], { timeoutSeconds: 120 });
    const folder = await temporaryFolder(later);
    place.file = join(folder, 'wperf');
    place.folder = join(folder, 'empty');
    await copyFile(repositoryFile('out', 'wperf'), place.file);
    await mkdir(place.folder);
    await Promise.all([folder, place.folder].map((each) => chmod(each, 0o755)));
  }, 180_000);

  /** Of the words, the environment is all that there is. */
  function asNobody(words: readonly string[], env: readonly string[] = []): readonly string[] {
    return ['setpriv', ...nobody, 'env', '-i', 'PATH=/nonexistent', ...env, place.file, ...words];
  }

  function runIt(...words: readonly string[]): Promise<Finished> {
    return run(asNobody(words), { cwd: place.folder, timeoutSeconds: 30 });
  }

  test('tells its version, help and data', async () => {
    expect(await runIt('--version')).toMatchObject({ exitCode: 0, stdout: `wperf ${version}\n`, stderr: '' });
    expect((await runIt('--help', 'man')).stdout).toContain('.TH WPERF 1');
    expect((await runIt('--version', '--verbose')).stdout).toMatch(/^data DB-IP country/m);
  });

  describe.each([
    [[]],
    [['--udp', '-b', '5M']],
    [['--proto', 'tcp']],
    [['--proto', 'udp', '-b', '5M']],
    [['--proto', 'kcp']],
  ])('--loopback %j', (words) => {
    test('carries load to a process of its own', async () => {
      const { exitCode, stdout } = await runIt('--loopback', '-t', '0.5', '-J', ...words);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout).end.sum_received.bytes).toBeGreaterThan(0);
    });
  });

  test('traces routes by system calls, there and back', async () => {
    expect(await runIt('--traceroute', '127.0.0.1')).toMatchObject({ exitCode: 0 });
    expect(await runIt('--loopback', '--reverse-traceroute')).toMatchObject({ exitCode: 0 });
  });

  test('serves, also in the background', async () => {
    const port = await freePort();
    const words = asNobody(['-s', '-1', '-p', String(port), '--host', '127.0.0.1']);
    const server = await start(onTestFinished, words, { cwd: place.folder });
    await listening(server, { host: '127.0.0.1', port });
    expect(await runIt('-c', `127.0.0.1:${port}`, '-t', '0.3')).toMatchObject({ exitCode: 0 });
    expect(await server.finished).toMatchObject({ exitCode: 0 });
    const behind = await freePort();
    const told = await runIt('-s', '-1', '-D', '-p', String(behind), '--host', '127.0.0.1');
    expect(told.stdout).toContain(`serving on port ${behind} in the background`);
    expect(await runIt('-c', `127.0.0.1:${behind}`, '-t', '0.3')).toMatchObject({ exitCode: 0 });
  });

  test('gives out the page that is inside, and none that lies where it is started', async () => {
    const elsewhere = await temporaryFolder(onTestFinished);
    await chmod(elsewhere, 0o755);
    await mkdir(join(elsewhere, 'dist', 'page'), { recursive: true });
    await writeFile(join(elsewhere, 'dist', 'page', 'manifest.json'), '{}');
    const port = await freePort();
    const server = await start(onTestFinished, asNobody(['-s', '-p', String(port), '--host', '127.0.0.1']), {
      cwd: elsewhere,
    });
    await listening(server, { host: '127.0.0.1', port });
    const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { Accept: 'text/html' } });
    const html = await page.text();
    expect(html).toMatch(/^<!doctype html>/);
    const [, script = ''] = /src="\.\/([^"]*)"/.exec(html) ?? [];
    expect((await fetch(`http://127.0.0.1:${port}/${script}`)).status).toBe(200);
  });

  test('loads a transport of the user', async () => {
    const module = repositoryFile('test', 'support', 'fixtures', 'no-such-module.mjs');
    const { stderr } = await runIt('--loopback', '-t', '0.3', '--proto', module);
    expect(stderr).toContain('cannot be loaded');
    expect(stderr).not.toContain('built-in');
  });

  test('leaves nothing behind, and does without a folder whose files may be run', async () => {
    const temporary = join(dirname(place.folder), 'temporary');
    await mkdir(temporary);
    await chmod(temporary, 0o777);
    const words = asNobody(['--traceroute', '127.0.0.1'], [`TMPDIR=${temporary}`]);
    expect(await run(words, { cwd: place.folder })).toMatchObject({ exitCode: 0 });
    expect([...(await readdir(temporary)), ...(await readdir(place.folder))]).toEqual([]);
    const elsewhere = asNobody(['--traceroute', '127.0.0.1'], ['TMPDIR=/proc']);
    expect(await run(elsewhere, { cwd: place.folder })).toMatchObject({ exitCode: 0 });
  });

  test('comes with the licences of what is inside', async () => {
    const text = await output(['cat', repositoryFile('out', 'LICENCES.txt')]);
    for (const name of ['Node.js 24', 'koffi ', 'maxmind ', 'ws ', 'yargs ', 'DB-IP country'])
      expect(text).toContain(`\n${name}`);
  });
});
