/** The program as a user meets it: spawned, its streams and exit codes looked at. */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { version } from '../../src/version.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import { freePort } from '../support/ports.js';
import { run, start } from '../support/processes.js';
import { measureWithWperf, runWperf, startWperfServer, wperf } from '../support/wperf.js';

const quick = ['-t', '0.4', '-i', '0.2'];

/** No more than one line, and nothing of a stack. */
function expectOneLine(text: string, start: string): void {
  expect(text).toMatch(/^[^\n]+\n$/);
  expect(text.startsWith(start), text).toBe(true);
  expect(text).not.toMatch(/\bat .*:\d+:\d+/);
}

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

  test.each([
    ['a closed port', async () => ['-c', `127.0.0.1:${await freePort()}`], 2, 'refused the connection'],
    [
      'a name that does not exist',
      async () => ['-c', 'nosuchhost.invalid'],
      2,
      'cannot find the address of nosuchhost.invalid',
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

describe('--loopback', () => {
  test('measures with one command and leaves nothing behind', async () => {
    const { exitCode, stdout, stderr } = await runWperf(['--loopback', ...quick, '-P', '2', '--bidir']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^wperf .*both ways with 127.0.0.1:\d+, 2 streams, 0.4 s, 64 KiB blocks\n/);
    expect(stdout).toMatch(/\[SUM\].*\[RX-C\].*receiver/);
    expect(stderr).not.toContain('error');
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
    const left = await new Promise((resolve) =>
      connect(port, '127.0.0.1')
        .on('connect', () => resolve('a server'))
        .on('error', () => resolve('nothing')),
    );
    expect(left).toBe('nothing');
  });

  test.each([
    ['-R', '-J'],
    ['-R', '-P', '4', '-J'],
    ['-6', '-J'],
    ['--token', 'sesame', '-J'],
  ])('takes client flags: %s %s', async (...flags) => {
    const report = await measureWithWperf(['--loopback', ...quick, ...flags.slice(0, -1)]);
    expect(report.end.sum_received.bytes).toBeGreaterThan(0);
    expect(report.intervals.length).toBeGreaterThanOrEqual(2);
  });

  test('ends its server when it is killed itself', async () => {
    const running = await start(onTestFinished, wperf('--loopback', '-t', '30', '-V'));
    const [, port] = await running.outputMatching(/127\.0\.0\.1:(\d+)/);
    running.signal('SIGKILL');
    await running.finished;
    await expect
      .poll(
        () =>
          new Promise((resolve) =>
            connect(Number(port), '127.0.0.1')
              .on('connect', function (this: { destroy(): void }) {
                this.destroy();
                resolve('open');
              })
              .on('error', () => resolve('closed')),
          ),
        { timeout: 5000 },
      )
      .toBe('closed');
  });
});

describe('a client', () => {
  test('that is interrupted prints the results so far and exits with 130', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = await start(onTestFinished, wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.2'));
    await client.outputMatching(/0\.20-0\.4/);
    client.signal('SIGINT');
    const { exitCode, stdout, stderr } = await client.finished;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/receiver/);
    expect(stderr).toContain('these are the results so far');
    await server.process.outputMatching(/these are the results so far/);
    expect((await runWperf(['-c', `127.0.0.1:${server.port}`, ...quick])).exitCode).toBe(0);
  });

  test('whose server is stopped keeps the results so far and says so', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = await start(onTestFinished, wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.2', '-J'));
    await server.process.outputMatching(/0\.00-1\.0/);
    server.process.signal('SIGTERM');
    expect((await server.process.finished).exitCode).toBe(0);
    const { exitCode, stdout } = await client.finished;
    expect(exitCode).toBe(4);
    const report = JSON.parse(stdout);
    expect(report.end.interrupted).toBe(true);
    expect(report.end.warnings.join()).toContain('The server was stopped');
    expect(report.end.sum_received.bytes).toBeGreaterThan(0);
  });

  test('whose server dies notices at once', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = await start(onTestFinished, wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.2'));
    await client.outputMatching(/0\.20-0\.4/);
    server.process.signal('SIGKILL');
    const { exitCode, stdout, stderr } = await client.finished;
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^wperf: error: the connection with 127\.0\.0\.1:\d+ was closed by the other side/m);
    expect(stdout).toMatch(/Bytes .* sender\n.*Bytes .* receiver \(partial\)\n/);
  });

  test('whose server dies has what there was in its JSON, beside the error', async () => {
    const server = await startWperfServer(onTestFinished, ['-i', '0.1']);
    const argv = wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.1', '--bidir', '-J');
    const client = await start(onTestFinished, argv);
    await server.process.outputMatching(/0\.30-0\.4/);
    server.process.signal('SIGKILL');
    const { exitCode, stdout } = await client.finished;
    expect(exitCode).toBe(4);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      error_code: 'peer-lost',
      end: { interrupted: true, sum_received: { partial: true } },
    });
    expect(report.end.sum_received_bidir_reverse.bytes).toBeGreaterThan(0);
  });

  test('without the token, or with a wrong one, is told so', async () => {
    const { port } = await startWperfServer(onTestFinished, ['--token', 'sesame']);
    const missing = await runWperf(['-c', `127.0.0.1:${port}`]);
    expect(missing.exitCode).toBe(3);
    expectOneLine(
      missing.stderr,
      'wperf: error: the server asks for a token: give the same --token (or WPERF_TOKEN) at both ends',
    );
    const wrong = await runWperf(['-c', `127.0.0.1:${port}`, '--token', 'open']);
    expect(wrong.exitCode).toBe(3);
    expectOneLine(wrong.stderr, `wperf: error: 127.0.0.1:${port}: the token is wrong`);
    const right = await runWperf(['-c', `127.0.0.1:${port}`, ...quick], { env: { WPERF_TOKEN: 'sesame' } });
    expect(right.exitCode).toBe(0);
  });

  test('writes to a log file, with the time of day, and nothing to stdout', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const logfile = join(await temporaryFolder(onTestFinished), 'log');
    const { exitCode, stdout } = await runWperf([
      '-c',
      `127.0.0.1:${port}`,
      ...quick,
      '--logfile',
      logfile,
      '--timestamps',
      '-T',
      'night',
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    const lines = (await readFile(logfile, 'utf8')).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (night: )?/);
    expect(lines.length).toBeGreaterThan(6);
  });

  test('brings the server output, and survives a reader that leaves', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const { stdout } = await runWperf(['-c', `127.0.0.1:${port}`, ...quick, '--get-server-output']);
    expect(stdout).toMatch(/Server output:\n(.*\n)*Accepted connection from 127\.0\.0\.1/);
    const program = wperf('-c', `127.0.0.1:${port}`, '-t', '0.4')
      .map((word) => `'${word}'`)
      .join(' ');
    const piped = await run(['bash', '-c', `${program} | head -n 1; echo "code \${PIPESTATUS[0]}"`]);
    expect(piped.stdout).toMatch(/^wperf .*\n/);
    expect(piped.stderr).not.toMatch(/EPIPE|at /);
  });

  test('emits one line of JSON an event', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const { stdout } = await runWperf(['-c', `127.0.0.1:${port}`, ...quick, '--json-stream']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(events[0]).toBe('start');
    expect(events.at(-1)).toBe('end');
    expect(events.filter((event) => event === 'interval')).toHaveLength(2);
  });
});

describe('--ping', () => {
  test('prints each answer as it comes, then the statistics', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const argv = wperf('--ping', '-c', `127.0.0.1:${port}`, '--ping-count', '4', '-i', '0.5');
    const client = await start(onTestFinished, argv);
    await client.outputMatching(/^Pong from 127\.0\.0\.1: seq=0 time=\d+\.\d{3} ms\n$/);
    const { exitCode, stdout, stderr } = await client.finished;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /seq=3 .*\n--- ping statistics ---\n4 transmitted, 4 received, 0% loss\nrtt min\/avg\/max\/mdev = [\d./]+ ms\n$/,
    );
  });

  test('goes into one document, or a line an event', async () => {
    const { exitCode, stdout } = await runWperf(['--loopback', '--ping', '-J', '-i', '0', '--ping-count', '30']);
    expect(exitCode).toBe(0);
    const { start: begun, pings, end } = JSON.parse(stdout);
    expect(begun.test_parameters).toEqual({ ping: true, count: 30, interval: 0 });
    expect(pings).toHaveLength(30);
    expect(end).toMatchObject({ transmitted: 30, received: 30, loss_percent: 0, interrupted: false });
    expect(Object.keys(end.rtt)).toEqual([
      'samples',
      'min_ms',
      'median_ms',
      'p95_ms',
      'p99_ms',
      'max_ms',
      'avg_ms',
      'mdev_ms',
    ]);
    const lines = await runWperf(['--loopback', '--ping', '--json-stream', '-i', '0', '--ping-count', '2']);
    const events = lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(events).toEqual(['start', 'pong', 'pong', 'end']);
  });

  test('whose server dies midway fails, with what it has', async () => {
    const server = await startWperfServer(onTestFinished);
    const argv = wperf(
      '--ping',
      '-c',
      `127.0.0.1:${server.port}`,
      '--ping-count',
      '1000',
      '-i',
      '0.1',
      '--json-stream',
    );
    const client = await start(onTestFinished, argv);
    await client.outputMatching(/"seq":2/);
    server.process.signal('SIGKILL');
    const { exitCode, stdout } = await client.finished;
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'error',
      error_code: 'peer-lost',
    });
  });

  test('that is interrupted prints the statistics and exits with 130', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = await start(
      onTestFinished,
      wperf('--ping', '-c', `127.0.0.1:${server.port}`, '--ping-count', '1000'),
    );
    await client.outputMatching(/seq=0/);
    client.signal('SIGINT');
    const { exitCode, stdout } = await client.finished;
    expect(exitCode).toBe(130);
    expect(stdout).toContain('1 transmitted, 1 received, 0% loss');
  });

  test.each(['-R', '--bidir', '-n 1M', '-t 5', '-P 2', '--no-latency'])('excludes %s', async (flag) => {
    const { exitCode, stderr } = await runWperf(['-c', 'h', '--ping', ...flag.split(' ')]);
    expect(exitCode).toBe(1);
    expectOneLine(stderr, 'wperf: error: --ping and ');
    const alone = await runWperf(['-c', 'h', '--ping-count', '3']);
    expectOneLine(alone.stderr, 'wperf: error: --ping-count needs --ping');
  });
});

test('latency is a line of the report, and a member of the JSON', async () => {
  const text = await runWperf(['--loopback', ...quick]);
  expect(text.stdout).toMatch(
    /\nLatency: idle [\d.]+ ms, loaded [\d.]+ ms \(p95 [\d.]+ ms\): bufferbloat [\d.]+ ms, grade \S+, \d+ RPM\n/,
  );
  const { end } = JSON.parse((await runWperf(['--loopback', ...quick, '-R', '-J'])).stdout);
  const keys = ['samples', 'min_ms', 'median_ms', 'p95_ms', 'p99_ms', 'max_ms'];
  expect(Object.keys(end.latency)).toEqual(['idle', 'loaded_up', 'loaded_down', 'bufferbloat_ms', 'grade', 'rpm']);
  expect(Object.keys(end.latency.idle)).toEqual(keys);
  expect(Object.keys(end.latency.loaded_down)).toEqual(keys);
  expect(end.latency.loaded_up).toBeNull();
  const without = await runWperf(['--loopback', ...quick, '--no-latency', '-J']);
  expect(JSON.parse(without.stdout).end.latency).toBeUndefined();
});

describe('a server', () => {
  test('warns once of a full log file, and serves on', async () => {
    const { process: server, port } = await startWperfServer(onTestFinished, ['--logfile', '/dev/full']);
    for (let round = 0; round < 2; round++) {
      expect((await runWperf(['-c', `127.0.0.1:${port}`, ...quick])).exitCode).toBe(0);
    }
    const busyMachine = /^warning: The \w+ was busy .*\n/gm;
    expectOneLine(server.stderr.replace(busyMachine, ''), "warning: --logfile '/dev/full' cannot be written: ENOSPC");
  });

  test('with -1 serves one test and leaves', async () => {
    const server = await startWperfServer(onTestFinished, ['-1', '-J']);
    expect((await runWperf(['-c', `127.0.0.1:${server.port}`, ...quick, '-P', '2', '-R'])).exitCode).toBe(0);
    const { exitCode, stdout } = await server.process.finished;
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.start.test_start).toMatchObject({ num_streams: 2, reverse: 1 });
    expect(report.end.sum_sent.bytes).toBeGreaterThan(0);
    expect(report.end.sum_received.bytes).toBeGreaterThan(0);
  });
});

test('the README shows the table that the flags make', async () => {
  const { withFlagTable } = await import('../../src/cli/flags/readme.js');
  const readme = await readFile(repositoryFile('README.md'), 'utf8');
  expect(withFlagTable(readme)).toBe(readme);
});

describe('--traceroute', () => {
  test('shows a route with the range of its hop, and as JSON', async () => {
    const text = await runWperf(['--traceroute', '127.0.0.1', '--tr-no-dns']);
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toMatch(
      /^traceroute to 127\.0\.0\.1 \(127\.0\.0\.1\), 30 hops max\n 1 {2}\[loopback\] +127\.0\.0\.1 .* ms/,
    );
    const json = await runWperf(['--traceroute', '127.0.0.1', '--tr-no-dns', '--no-geoip', '-J']);
    expect(JSON.parse(json.stdout).hops[0].addresses[0]).toMatchObject({ ip: '127.0.0.1' });
  });

  test('refuses in-band probes, which need a connection', async () => {
    const { exitCode, stderr } = await runWperf(['--traceroute', '127.0.0.1', '--tr-proto', 'inband']);
    expect(exitCode).toBe(1);
    expectOneLine(stderr, 'wperf: error: --tr-proto inband needs a connection');
    expect(stderr).toContain('-c HOST --reverse-traceroute');
  });

  test('refuses a database that is not one', async () => {
    const { exitCode, stderr } = await runWperf(['--traceroute', '127.0.0.1', '--geoip-db', '/etc/passwd']);
    expect(exitCode).toBe(5);
    expectOneLine(stderr, 'wperf: error: ');
    expect(stderr).toContain('/etc/passwd');
  });
});

describe('--reverse-traceroute', () => {
  const quickly = ['--tr-no-dns', '--tr-timeout', '0.3'];

  test('shows the route back, and how the server sees this machine', async () => {
    const { exitCode, stdout } = await runWperf(['--loopback', '--reverse-traceroute', ...quickly]);
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('traceroute from 127.0.0.1 back to 127.0.0.1, 30 hops max');
    expect(lines[1]).toMatch(/^127\.0\.0\.1 sees you as 127\.0\.0\.1 port \d+: directly, without NAT$/);
    expect(lines[2]).toMatch(/^ 1 {2}\[loopback\] +127\.0\.0\.1 .* ms$/);
  });

  test('is told why not, in one line, and asked for with JSON gets JSON', async () => {
    const { port, process } = await startWperfServer(onTestFinished, ['--no-reverse-traceroute']);
    const words = ['-c', `127.0.0.1:${port}`, '--reverse-traceroute', '--no-geoip'];
    const text = await runWperf(words);
    expect(text).toMatchObject({ exitCode: 3, stdout: '' });
    expectOneLine(text.stderr, `wperf: error: 127.0.0.1:${port}: this server traces no routes for its clients`);
    const json = await runWperf([...words, '-J']);
    expect(JSON.parse(json.stdout)).toMatchObject({ start: null, hops: [], error_code: 'request-refused' });
    expect(process.stdout).toContain('asks for the route back');
    await process.until(() => process.stderr.includes('this server traces no routes'), 'warn');
  });

  test('without a server says so', async () => {
    const { exitCode, stderr } = await runWperf(['-c', '127.0.0.1:1', '--both-traceroutes', '--no-geoip']);
    expect(exitCode).toBe(2);
    expectOneLine(stderr, 'wperf: error: the route back: ');
  });

  test('and the route there stand beside each other', async () => {
    const { exitCode, stdout } = await runWperf(['--loopback', '--both-traceroutes', ...quickly, '--no-geoip']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('There, from here to the server');
    const json = await runWperf(['--loopback', '--both-traceroutes', ...quickly, '--no-geoip', '-J']);
    const { forward, reverse, rows } = JSON.parse(json.stdout);
    expect([forward.start.direction, reverse.start.direction]).toEqual(['forward', 'reverse']);
    expect(rows).toHaveLength(2);
  });
});
