/** The package as `npm pack` makes it, installed by a stranger to this repository. */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { version } from '../../src/package.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import { type Need, unmet } from '../support/machine.js';
import { describeNeeding, program, systemCalls } from '../support/needs.js';
import { output, run } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';
import type { Later } from '../support/undo.js';

/** A package of npm's, here or to be had. */
function fromNpm(name: string, what = name): Need {
  return () => {
    const words = ['view', name, 'version', '--prefer-offline'];
    return spawnSync('npm', words, { stdio: 'ignore', timeout: 60_000 }).status === 0 ? null : what;
  };
}

const packages = fromNpm('maxmind', 'the npm packages that wperf depends on');

const quietly = ['--prefer-offline', '--no-audit', '--no-fund'];

describeNeeding('the npm package', [program('npm'), packages], () => {
  const later = undoAfterAll();
  const packed = { file: '', bytes: 0, dataBytes: 0 };

  beforeAll(async () => {
    packed.file = await pack(later);
    packed.bytes = (await stat(packed.file)).size;
    const data = spawnSync('gzip', ['-9', '-c', repositoryFile('geoip', 'data', 'wperf.mmdb')], { maxBuffer: 1e8 });
    packed.dataBytes = data.stdout.length;
  }, 60_000);

  test('has less than a megabyte beside the GeoIP data', () => {
    expect(packed.bytes - packed.dataBytes).toBeLessThan(1_000_000);
  });

  test('is a command with a manual page, without any script of it being run', async () => {
    const prefix = await temporaryFolder(onTestFinished);
    const install = ['npm', 'install', '-g', '--ignore-scripts', '--prefix', prefix, ...quietly, packed.file];
    await output(install, { timeoutSeconds: 120 });
    const command = join(prefix, 'bin', 'wperf');
    const { exitCode, stdout } = await run([command, '--loopback', '-t', '1', '-J'], { cwd: prefix });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).end.sum_received.bytes).toBeGreaterThan(0);
    expect(await readFile(join(prefix, 'share', 'man', 'man1', 'wperf.1'), 'utf8')).toMatch(/^\.TH WPERF 1/m);
  });

  test('is a library whose types hold, however modules are resolved', async () => {
    const folder = await temporaryFolder(onTestFinished);
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    await output(['npm', 'install', '--ignore-scripts', ...quietly, packed.file], { cwd: folder, timeoutSeconds: 120 });
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'src', 'main.ts'), usage);
    for (const [module, moduleResolution] of [
      ['node16', 'node16'],
      ['esnext', 'bundler'],
    ]) {
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2022',
        strict: true,
        skipLibCheck: false,
        outDir: join(folder, moduleResolution ?? ''),
        rootDir: join(folder, 'src'),
        types: ['node'],
        typeRoots: [repositoryFile('node_modules', '@types')],
      };
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
      const compiler = repositoryFile('node_modules', '.bin', 'tsc');
      const { stdout, exitCode } = await run([compiler, '-p', folder], { cwd: folder, timeoutSeconds: 60 });
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
      const said = await output([process.execPath, join(folder, moduleResolution ?? '', 'main.js')], { cwd: folder });
      expect(Number(said)).toBeGreaterThan(0);
    }
  });
});

describe.each([11, 12])('npm %i', (major) => {
  describeNeeding('installs the package', [program('npm'), packages, fromNpm(`npm@${major}`)], () => {
    test('with no script of it to be approved, and all that Linux needs', async () => {
      const [file, prefix] = [await pack(onTestFinished), await temporaryFolder(onTestFinished)];
      const npm = ['npm', 'exec', '--yes', '--prefer-offline', '--package', `npm@${major}`, '--', 'npm'];
      const install = [...npm, 'install', '-g', '--prefix', prefix, ...quietly, file];
      const { exitCode, stderr } = await run(install, { cwd: prefix, timeoutSeconds: 180 });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      const toApprove = [...stderr.matchAll(/^npm warn install-scripts +(\S+)@\d/gm)].map(([, name]) => name);
      expect(toApprove.filter((name) => name !== 'koffi' && name !== 'raw-socket')).toEqual([]);
      const command = join(prefix, 'bin', 'wperf');
      expect(await run([command, '--loopback', '-t', '0.5'], { cwd: prefix })).toMatchObject({ exitCode: 0 });
      if (unmet([systemCalls]).length > 0) return;
      expect(await run([command, '--traceroute', '127.0.0.1'], { cwd: prefix })).toMatchObject({ exitCode: 0 });
    }, 240_000);
  });
});

/** The file that `npm pack` makes of what is built. */
async function pack(later: Later): Promise<string> {
  const folder = await temporaryFolder(later);
  await output(['npm', 'pack', '--ignore-scripts', '--pack-destination', folder], { cwd: repositoryFile() });
  return join(folder, `wperf-${version}.tgz`);
}

const usage = `import { runClient, startServer } from 'wperf';
const server = await startServer({ host: '127.0.0.1', port: 0 });
const { port } = server.address;
for await (const event of runClient({ host: '127.0.0.1', port, seconds: 0.3 })) {
  if (event.type === 'end') {
    const bytes: number | undefined = event.sums[0]?.received?.bytes;
    console.log(bytes);
  }
}
await server.close();
`;
