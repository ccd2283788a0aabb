/** The one executable, as a plain user meets it: in an empty folder, with no Node on PATH and no HOME. */
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { version } from '../../src/package.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import type { Need } from '../support/machine.js';
import { documentedModules } from '../support/modules.js';
import { describeNeeding, program, root } from '../support/needs.js';
import { freePort, listening } from '../support/ports.js';
import { type Finished, output, type Running, run, start } from '../support/processes.js';
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

  /** `wperf -s` with further words, when it listens. */
  async function serve(
    words: readonly string[] = [],
    env?: readonly string[],
  ): Promise<{ readonly port: number; readonly server: Running }> {
    const port = await freePort();
    const serving = ['-s', '-p', String(port), '--host', '127.0.0.1', ...words];
    const server = await start(onTestFinished, asNobody(serving, env), { cwd: place.folder });
    await listening(server, { host: '127.0.0.1', port });
    return { port, server };
  }

  /** A folder that everybody may write to. */
  async function openFolder(): Promise<string> {
    const folder = await temporaryFolder(onTestFinished);
    await chmod(folder, 0o777);
    return folder;
  }

  test.each([
    [[]],
    [['-R', '-P', '2']],
    [['--udp', '-b', '5M']],
    [['--proto', 'ws']],
    [['--proto', 'tcp']],
    [['--proto', 'udp', '-b', '5M']],
    [['--proto', 'kcp']],
    [['--proto', './plain.mjs']],
  ])('carries load to a process of its own: --loopback %j', async (words) => {
    const own = join(place.folder, 'plain.mjs');
    await writeFile(own, documentedModules().get('plain.mjs') ?? '');
    onTestFinished(() => rm(own));
    const { exitCode, stdout, stderr } = await runIt('--loopback', '-t', '0.5', '-J', ...words);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('(node:') });
    expect(JSON.parse(stdout).end.sum_received.bytes).toBeGreaterThan(0);
  });

  test('says in a line what is wrong with a transport of the user', async () => {
    const { exitCode, stderr } = await runIt('--loopback', '-t', '0.3', '--proto', './no-such-module.mjs');
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/^wperf: error: .*no-such-module\.mjs is not there: check the path\n$/);
    expect(stderr).not.toContain('built-in');
  });

  test('traces routes by system calls, there and back', async () => {
    expect(await runIt('--traceroute', '127.0.0.1')).toMatchObject({ exitCode: 0 });
    expect(await runIt('--loopback', '--reverse-traceroute')).toMatchObject({ exitCode: 0 });
  });

  test('serves, also in the background', async () => {
    const { port, server } = await serve(['-1']);
    expect(await runIt('-c', `127.0.0.1:${port}`, '-t', '0.3')).toMatchObject({ exitCode: 0 });
    expect(await server.finished).toMatchObject({ exitCode: 0 });
    const behind = await freePort();
    const told = await runIt('-s', '-1', '-D', '-p', String(behind), '--host', '127.0.0.1');
    expect(told.stdout).toContain(`serving on port ${behind} in the background`);
    expect(await runIt('-c', `127.0.0.1:${behind}`, '-t', '0.3')).toMatchObject({ exitCode: 0 });
  });

  test('serves the page that is inside, with all that it is made of, and none that lies where it is started', async () => {
    const elsewhere = await temporaryFolder(onTestFinished);
    await chmod(elsewhere, 0o755);
    await mkdir(join(elsewhere, 'dist', 'page'), { recursive: true });
    await writeFile(join(elsewhere, 'dist', 'page', 'manifest.json'), '{}');
    const port = await freePort();
    const server = await start(onTestFinished, asNobody(['-s', '-p', String(port), '--host', '127.0.0.1']), {
      cwd: elsewhere,
    });
    await listening(server, { host: '127.0.0.1', port });
    const url = `http://127.0.0.1:${port}/`;
    const page = await (await fetch(url, { headers: { Accept: 'text/html' } })).text();
    expect(page).toMatch(/^<!doctype html>/);
    const { assets } = JSON.parse(await readFile(repositoryFile('dist', 'page', 'manifest.json'), 'utf8'));
    expect(Object.keys(assets).length).toBeGreaterThan(2);
    for (const name of Object.keys(assets)) {
      const built = await readFile(repositoryFile('dist', 'page', name), 'utf8');
      expect(await (await fetch(`${url}assets/${name}`)).text()).toBe(built);
    }
  });

  test('leaves nothing behind, and does without a folder whose files may be run', async () => {
    const folder = await openFolder();
    const words = asNobody(['--traceroute', '127.0.0.1'], [`TMPDIR=${folder}`]);
    expect(await run(words, { cwd: place.folder })).toMatchObject({ exitCode: 0 });
    expect([...(await readdir(folder)), ...(await readdir(place.folder))]).toEqual([]);
    const elsewhere = asNobody(['--traceroute', '127.0.0.1'], ['TMPDIR=/proc']);
    expect(await run(elsewhere, { cwd: place.folder })).toMatchObject({ exitCode: 0 });
  });

  test('leaves nothing where others may write while it runs either', async () => {
    const folder = await openFolder();
    const { port, server } = await serve([], [`TMPDIR=${folder}`]);
    expect(await runIt('-c', `127.0.0.1:${port}`, '-t', '0.3')).toMatchObject({ exitCode: 0 });
    const mapped = (await readFile(`/proc/${server.pid}/maps`, 'utf8')).split('\n');
    const unpacked = mapped.filter((line) => line.includes(folder));
    expect(unpacked.length).toBeGreaterThan(0);
    for (const line of unpacked) expect(line).toMatch(/\/wperf-\w{6}\/koffi\.node \(deleted\)$/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('comes with the licences of what is inside', async () => {
    const text = await readFile(repositoryFile('out', 'LICENCES.txt'), 'utf8');
    for (const name of ['Node.js 24', '@noble/hashes ', 'koffi ', 'maxmind ', 'ws ', 'yargs ', 'DB-IP country'])
      expect(text).toContain(`\n${name}`);
  });
});
