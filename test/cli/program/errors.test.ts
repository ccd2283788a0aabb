/** What the program says and how it ends where nothing, or much, is measured. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { version } from '../../../src/package.js';
import { expectComparison, expectPing, expectReport, expectStreamLine, expectTrace } from '../../report/schema.js';
import { temporaryFolder } from '../../support/folders.js';
import { freePort } from '../../support/ports.js';
import { run } from '../../support/processes.js';
import { runWperf, startWperfServer, wperf } from '../../support/wperf.js';
import { expectOneLine } from './spawned.js';

describe('the program', () => {
  test.each([[[]], [['-u', '-b', '10K']], [['--bidir', '-b', '1M']]])(
    'says nothing of its own making with many streams, %j',
    async (args) => {
      const { process: server, port } = await startWperfServer(onTestFinished);
      const { exitCode, stderr } = await runWperf(['-c', `127.0.0.1:${port}`, '-P', '40', '-t', '0.4', ...args]);
      expect(exitCode).toBe(0);
      for (const line of `${stderr}${server.stderr}`.split('\n')) expect(line).toMatch(/^(warning: .*\.)?$/);
    },
  );

  test('prints its help and version, and asks for a mode', async () => {
    const help = await runWperf(['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toContain('--loopback');
    expect(await runWperf(['-v'])).toMatchObject({ exitCode: 0, stdout: `wperf ${version}\n`, stderr: '' });
    expect((await runWperf(['-v', '-V'])).stdout).toContain('protocol wperf.v1');
    const bare = await runWperf([]);
    expect(bare).toMatchObject({ exitCode: 1, stdout: '' });
    expect(bare.stderr).toBe(help.stdout);
  });

  test.each([
    [['-c', 'h', '-R', '--bidir'], '-R/--reverse and --bidir exclude each other'],
    [['-c', 'h', '--tmie', '5'], "'--tmie' is not a flag"],
    [['-c', 'h', '-l', '3X'], "-l/--length '3X' is not a size"],
    [['-c', 'h', '--proxy', 'http://me:100%@h'], "--proxy 'http://***@h' has credentials that are not percent-encoded"],
    [['-c', 'h', '-n', '1M', '-O', '1'], '-O/--omit and -n/--bytes exclude each other'],
  ])('refuses %j with one line', async (args, text) => {
    const { exitCode, stdout, stderr } = await runWperf(args);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expectOneLine(stderr, `wperf: error: ${text}`);
  });

  test.each([
    '--version',
    '--help',
    '--bogus -J',
    '-c 127.0.0.1:1 -J',
    '-c 127.0.0.1:1 --json-stream',
    '--ping -c 127.0.0.1:1 -J',
  ])('says that stdout is full, %j', async (args) => {
    const { exitCode, stderr } = await run(['sh', '-c', `exec "$@" > /dev/full`, 'sh', ...wperf(...args.split(' '))]);
    expect(exitCode).toBe(5);
    expectOneLine(stderr, 'wperf: error: stdout cannot be written: ENOSPC');
  });

  test.each(['--help all', '-c 127.0.0.1:1 -J'])('says that a file has room for a part only, %j', async (line) => {
    const file = join(await temporaryFolder(onTestFinished), 'out');
    await writeFile(file, 'x'.repeat(1000));
    const limited = `ulimit -f 1; exec "$@" >> '${file}'`;
    const { exitCode, stderr } = await run(['bash', '-c', limited, 'bash', ...wperf(...line.split(' '))]);
    expect(exitCode).toBe(5);
    expectOneLine(stderr, 'wperf: error: stdout cannot be written: EFBIG');
  });

  test('says nothing of a full stdout that nothing is written to', async () => {
    const argv = ['sh', '-c', `exec "$@" > /dev/full`, 'sh', ...wperf('-c', 'h', '--bogus')];
    const { exitCode, stderr } = await run(argv);
    expect(exitCode).toBe(1);
    expectOneLine(stderr, "wperf: error: '--bogus' is not a flag");
  });

  test.each(['exec "$@" 2> /dev/full', 'exec "$@" 2> >(exec true)'])(
    'gives the result where stderr takes nothing, %s',
    async (command) => {
      const words = wperf('--loopback', '-t', '0.2', '-b', '1M', '-J', '--timestamps');
      const { exitCode, stdout } = await run(['bash', '-c', command, 'bash', ...words]);
      expect([exitCode, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ end: expect.any(Object) })]);
    },
  );

  test.each(['-J', '--json-stream'])('says that the log file is full, %j', async (format) => {
    const { exitCode, stderr } = await runWperf(['-c', '127.0.0.1:1', format, '--logfile', '/dev/full']);
    expect(exitCode).toBe(5);
    expectOneLine(stderr, "wperf: error: --logfile '/dev/full' cannot be written: ENOSPC");
  });

  test('puts its errors into the JSON, and still fails', async () => {
    const { exitCode, stdout, stderr } = await runWperf(['-J', '-c', '127.0.0.1', '-p', '99999']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ intervals: [], end: {}, error_code: 'usage' });
    const refused = await runWperf(['--json-stream', '-c', `127.0.0.1:${await freePort()}`]);
    expect(refused.exitCode).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ event: 'error', error_code: 'connection-refused' });
  });

  test.each<[string, (document: unknown) => void]>([
    ['-c h -R --bidir', expectReport],
    ['-s -R', expectReport],
    ['--from /no/such', expectReport],
    ['--ping -c h --bogus', (document) => expectPing('document', document)],
    ['--ping -c h -I /no/such/file', (document) => expectPing('document', document)],
    ['--traceroute h -p 5', (document) => expectTrace('', document)],
    ['--traceroute h -I /no/such/file', (document) => expectTrace('', document)],
    ['--reverse-traceroute -c h --token-file /no/such', (document) => expectTrace('', document)],
    ['--both-traceroutes -c h -P 4', (document) => expectTrace('#/definitions/routes', document)],
    ['--compare a', expectComparison],
    ['--compare /no/such /no/such', expectComparison],
  ])('fails before it runs with the document of what was asked for, %s', async (line, expectDocument) => {
    const { exitCode, stdout, stderr } = await runWperf([...line.split(' '), '-J']);
    expect({ exitCode: [1, 5].includes(exitCode ?? 0), stderr }).toEqual({ exitCode: true, stderr: '' });
    const document = JSON.parse(stdout);
    expectDocument(document);
    expect(document.reverse ?? document).toMatchObject({ error: expect.any(String), error_code: expect.any(String) });
  });

  test.each([
    ['--ping -c h --bogus', (line: unknown) => expectPing('line', line)],
    ['--both-traceroutes -c h -P 4', (line: unknown) => expectTrace('#/definitions/line', line)],
    ['--compare a', expectStreamLine],
  ])('fails before it runs with lines of what was asked for, %s', async (line, expectLine) => {
    const { stdout } = await runWperf([...line.split(' '), '--json-stream']);
    for (const text of stdout.trimEnd().split('\n')) expectLine(JSON.parse(text));
    expect(stdout).toContain('"event":"error"');
  });

  test.each([
    ['a closed port', async () => ['-c', `127.0.0.1:${await freePort()}`], 2, 'refused the connection'],
    [
      'a name that does not exist',
      async () => ['-c', 'nosuchhost.invalid'],
      2,
      'cannot find the address of nosuchhost.invalid',
    ],
    [
      'a name of a route that does not exist',
      async () => ['--traceroute', 'nosuchhost.invalid', '--no-geoip'],
      2,
      'no address for nosuchhost.invalid: check the name and the DNS',
    ],
    [
      'a result that is not there',
      async () => ['--from', '/no/such', '--csv'],
      5,
      "--from '/no/such' cannot be read: no such file: name a file that you may read",
    ],
    [
      'a server file that is not there',
      async () => ['-s', '--tls-cert', '/no/such', '--tls-key', '/no/such'],
      5,
      '--tls-cert',
    ],
    [
      'a log file that cannot be',
      async () => ['-c', 'h', '--logfile', '/no/such/file'],
      5,
      "--logfile '/no/such/file' cannot be written",
    ],
    [
      'a foreign bind address',
      async () => ['-s', '--host', '192.0.2.1', '-p', '0'],
      5,
      '192.0.2.1 is not an address of this machine',
    ],
  ])('fails on %s with one line and its exit code', async (_what, args, code, text) => {
    const { exitCode, stdout, stderr } = await runWperf(await args());
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expectOneLine(stderr, 'wperf: error: ');
    expect(stderr).toContain(text);
  });

  test('fails on a port in use', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const { exitCode, stderr } = await runWperf(['-s', '--host', '127.0.0.1', '-p', String(port)]);
    expect(exitCode).toBe(5);
    expectOneLine(stderr, `wperf: error: port ${port} is in use: choose another with --port`);
  });
});
