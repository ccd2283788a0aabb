/** The package as `npm pack` makes it, installed by a stranger to this repository. */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { version } from '../../src/package.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import type { Need } from '../support/machine.js';
import { describeNeeding, program } from '../support/needs.js';
import { output, run } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';

/** The packages that wperf depends on, here or to be had. */
const packages: Need = () =>
  spawnSync('npm', ['view', 'maxmind', 'version', '--prefer-offline'], { stdio: 'ignore', timeout: 60_000 }).status ===
  0
    ? null
    : 'the npm packages that wperf depends on';

const quietly = ['--prefer-offline', '--no-audit', '--no-fund'];

describeNeeding('the npm package', [program('npm'), packages], () => {
  const later = undoAfterAll();
  const packed = { file: '', bytes: 0, dataBytes: 0 };

  beforeAll(async () => {
    const folder = await temporaryFolder(later);
    await output(['npm', 'pack', '--ignore-scripts', '--pack-destination', folder], { cwd: repositoryFile() });
    packed.file = join(folder, `wperf-${version}.tgz`);
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
