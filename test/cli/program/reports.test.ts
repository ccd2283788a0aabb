/** Reports, bounds and comparisons as a user meets them. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectReport } from '../../report/schema.js';
import { temporaryFolder } from '../../support/folders.js';
import { start } from '../../support/processes.js';
import { runWperf, sharedWperfServer, wperf } from '../../support/wperf.js';
import { expectOneLine, quick } from './spawned.js';

const embedded = async (file: string) => {
  const [, json = ''] =
    /<script type="application\/json" id="wperf-result">([\s\S]*?)<\/script>/.exec(await readFile(file, 'utf8')) ?? [];
  return JSON.parse(json);
};

type Three = readonly [string, string, string];

/** Their paths in a folder of their own. */
async function threeFiles(...names: Three): Promise<Three> {
  const folder = await temporaryFolder(onTestFinished);
  return names.map((name) => join(folder, name)) as unknown as Three;
}

const routeQuickly = ['--tr-no-dns', '--no-geoip', '--tr-timeout', '0.3'];

describe('a report in HTML', () => {
  const server = sharedWperfServer();
  const to = () => ['-c', `127.0.0.1:${server.port}`];

  test('stands beside any output, and comes back the same', async () => {
    const [report, again, json] = await threeFiles('a.html', 'b.html', 'a.json');
    const { exitCode, stdout } = await runWperf([...to(), ...quick, '--bidir', '-J', '--report', report]);
    expect(exitCode).toBe(0);
    const document = await embedded(report);
    expectReport(document);
    expect(document.end.latency.samples.idle_ms.length).toBeGreaterThan(0);
    const { samples: _, ...latency } = document.end.latency;
    expect({ ...document, end: { ...document.end, latency } }).toEqual(JSON.parse(stdout));
    expect((await runWperf(['--from', report, '--report', again])).exitCode).toBe(0);
    expect(await readFile(again, 'utf8')).toBe(await readFile(report, 'utf8'));
    await writeFile(json, (await runWperf(['--from', report, '-J'])).stdout);
    expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(document);
    const { stdout: compared } = await runWperf(['--compare', json, report]);
    expect(compared).toMatch(/Upload, rate .* \+0\.00 bits\/sec/);
  });

  test.each([
    ['pings', ['--ping', '--ping-count', '3', '-i', '0.1'], { pings: [{ seq: 0 }, { seq: 1 }, { seq: 2 }] }],
    ['the route back', ['--reverse-traceroute', ...routeQuickly], { hops: [{ ttl: 1 }] }],
    ['both routes', ['--both-traceroutes', ...routeQuickly], { forward: { hops: [{ ttl: 1 }] } }],
    ['packets', ['-t', '0.3', '-u', '-b', '1M'], { start: { test_start: { protocol: 'UDP' } } }],
  ])('is written of %s, too', async (_what, flags, document) => {
    const [report, json, again] = await threeFiles('a.html', 'a.json', 'b.html');
    const { exitCode, stdout } = await runWperf([...to(), ...flags, '-J', '--report', report]);
    expect(exitCode).toBe(0);
    expect(await embedded(report)).toEqual(JSON.parse(stdout));
    expect(JSON.parse(stdout)).toMatchObject(document);
    await writeFile(json, stdout);
    expect((await runWperf(['--from', json, '--report', again])).exitCode).toBe(0);
    expect(await readFile(again, 'utf8')).toBe(await readFile(report, 'utf8'));
  });

  test('is written of a route that needs no server, which goes into that of a test', async () => {
    const [route, report, whole] = await threeFiles('a.html', 'b.html', 'c.html');
    const { exitCode } = await runWperf(['--traceroute', '127.0.0.1', ...routeQuickly, '--report', route]);
    expect(exitCode).toBe(0);
    const hops = [{ ttl: 1, end: 'target' }];
    expect(await embedded(route)).toMatchObject({ hops });
    await runWperf([...to(), ...quick, '--report', report]);
    const { stdout } = await runWperf(['--from', report, route, '-J', '--report', whole]);
    expectReport(JSON.parse(stdout));
    expect(JSON.parse(stdout)).toMatchObject({ start: { test_start: {} }, routes: [{ hops }] });
    expect(await readFile(whole, 'utf8')).toContain('<h2>Hops there</h2>');
    const wrong = await runWperf(['--from', report, report, '--csv']);
    expect([wrong.exitCode, wrong.stdout]).toEqual([5, '']);
    expectOneLine(wrong.stderr, `wperf: error: --from '${report}' is no result of a route`);
  });

  test.each([
    [['--ping'], { pings: [], error_code: 'connection-refused' }],
    [['--both-traceroutes'], { forward: null, reverse: { error_code: 'connection-refused' } }],
  ])('is written of %s that failed', async (flags, document) => {
    const report = join(await temporaryFolder(onTestFinished), 'a.html');
    expect((await runWperf(['-c', '127.0.0.1:1', ...flags, '--report', report])).exitCode).toBe(2);
    expect(await embedded(report)).toMatchObject(document);
  });

  test('is written of tests that failed and that were interrupted', async () => {
    const report = join(await temporaryFolder(onTestFinished), 'a.html');
    expect((await runWperf(['-c', '127.0.0.1:1', '--report', report])).exitCode).toBe(2);
    expect(await embedded(report)).toMatchObject({ error_code: 'connection-refused' });
    const client = await start(
      onTestFinished,
      wperf(...to(), '-t', '30', '-i', '0.2', '-b', '10M', '--report', report),
    );
    await client.outputMatching(/0\.[2-9]\d-/);
    client.signal('SIGINT');
    expect((await client.finished).exitCode).toBe(130);
    expect(await embedded(report)).toMatchObject({ end: { interrupted: true } });
  });

  test('that cannot be written costs a line and the exit code, and no figure', async () => {
    const path = join(await temporaryFolder(onTestFinished), 'none', 'a.html');
    const { exitCode, stdout, stderr } = await runWperf([...to(), ...quick, '--report', path]);
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/receiver/);
    expectOneLine(stderr.replace(/^warning: .*\n/gm, ''), `wperf: error: --report '${path}' cannot be written: ENOENT`);
    expect(existsSync(path)).toBe(false);
  });

  test('bounds that break have exit codes, lines, and a place in the JSON', async () => {
    const slow = await runWperf([...to(), ...quick, '--fail-below', '900M']);
    expect(slow.exitCode).toBe(7);
    expect(slow.stderr).toMatch(
      /^check failed: Upload: the rate of [\d.]+ Mbits\/sec is below the 900 Mbits\/sec of --fail-below$/m,
    );
    const late = await runWperf([...to(), ...quick, '--fail-above-latency', '0', '--fail-below', '1', '-J']);
    expect(late.exitCode).toBe(8);
    const document = JSON.parse(late.stdout);
    expectReport(document);
    expect(document.end.failed_checks).toMatchObject([{ check: 'latency', direction: 'up', bound: 0, unit: 'ms' }]);
    const lossy = await runWperf([...to(), ...quick, '-u', '--sim-loss', '50', '--fail-above-loss', '5']);
    expect(lossy.exitCode).toBe(9);
    const good = await runWperf([...to(), ...quick, '--fail-below', '1K', '--latency-samples', '-J']);
    expect(good.exitCode).toBe(0);
    const { end } = JSON.parse(good.stdout);
    expect(end.failed_checks).toEqual([]);
    expect(end.latency.samples.loaded.length).toBeGreaterThan(1);
    expect(end.latency.samples.loaded[0].seconds).toBeGreaterThanOrEqual(0);
  });

  test('rows go to stdout and nothing else does', async () => {
    const { exitCode, stdout } = await runWperf([...to(), ...quick, '-P', '2', '--csv']);
    expect(exitCode).toBe(0);
    for (const line of stdout.trimEnd().split('\n').slice(1)) {
      expect(line).toMatch(/^(interval|interval_sum|sent|received|sent_sum|received_sum),up,[12]?,[01]?,[\d.,e-]*$/);
    }
  });
});

test.each([
  ['no such file', 'none.json', undefined, 'cannot be read: no such file: '],
  ['no JSON', 'x.json', 'hello', 'is not JSON'],
  [
    'another document',
    'x.json',
    '{"start":{"version":"iperf 3.12","connected":[]},"intervals":[],"end":{}}',
    'start.version must be',
  ],
])('%s is one line', async (_name, file, contents, words) => {
  const path = join(await temporaryFolder(onTestFinished), file);
  if (contents !== undefined) await writeFile(path, contents);
  for (const flags of [
    ['--from', path, '--csv'],
    ['--compare', path, path],
  ]) {
    const { exitCode, stdout, stderr } = await runWperf(flags);
    expect([exitCode, stdout]).toEqual([5, '']);
    expectOneLine(stderr, `wperf: error: ${flags[0]} '${path}'`);
    expect(stderr).toContain(words);
  }
});
