/** Processes that run on their own: the file with their number, and servers in the background. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { freePort } from '../support/ports.js';
import { run, start } from '../support/processes.js';
import { runWperf, sharedWperfServer, startWperfServer, wperf } from '../support/wperf.js';

const shared = sharedWperfServer();

const unwritable = ['-I', '/nowhere/pid'];
const cannot = /^wperf: error: -I\/--pidfile '\/nowhere\/pid' cannot be written: ENOENT[^\n]*\n$/;

test('a server keeps its number in a file until it ends', async () => {
  const pidFile = join(await temporaryFolder(onTestFinished), 'pid');
  const { process: server } = await startWperfServer(onTestFinished, ['-I', pidFile]);
  expect(await readFile(pidFile, 'utf8')).toBe(`${server.pid}\n`);
  await server.outputMatching(/listening/);
  server.signal('SIGTERM');
  await server.finished;
  expect(existsSync(pidFile)).toBe(false);
});

test.each([
  ['-s -p 0', 0],
  ['--loopback -t 5 -J', 130],
  ['--loopback --ping -J', 130],
  ['--loopback --both-traceroutes -J', 130],
])('a signal as soon as the file is there ends %s in order', async (line, code) => {
  const pidFile = join(await temporaryFolder(onTestFinished), 'pid');
  const running = await start(onTestFinished, wperf(...line.split(' '), '-I', pidFile));
  await expect.poll(() => existsSync(pidFile), { interval: 1, timeout: 10_000 }).toBe(true);
  running.signal('SIGTERM');
  const { exitCode, stdout } = await running.finished;
  expect([exitCode, existsSync(pidFile)]).toEqual([code, false]);
  if (code !== 0) expect(JSON.stringify(JSON.parse(stdout))).toContain('interrupted');
});

test('a server does not take the file of another that runs', async () => {
  const pidFile = join(await temporaryFolder(onTestFinished), 'pid');
  const { process: server } = await startWperfServer(onTestFinished, ['-I', pidFile]);
  const second = await runWperf(['-s', '-p', '0', '-I', pidFile]);
  expect(second).toMatchObject({ exitCode: 5, stdout: '' });
  expect(second.stderr).toContain(`is kept by process ${server.pid}, which still runs: name another file`);
  expect(await readFile(pidFile, 'utf8')).toBe(`${server.pid}\n`);
});

test('a server leaves the file of another that has come after it', async () => {
  const pidFile = join(await temporaryFolder(onTestFinished), 'pid');
  const first = await startWperfServer(onTestFinished, ['-I', pidFile]);
  await rm(pidFile);
  const second = await startWperfServer(onTestFinished, ['-I', pidFile]);
  first.process.signal('SIGTERM');
  await first.process.finished;
  expect(await readFile(pidFile, 'utf8')).toBe(`${second.process.pid}\n`);
});

test('a server in the background whose start cannot be told is not left there', async () => {
  const pidFile = join(await temporaryFolder(onTestFinished), 'pid');
  const { exitCode, stderr } = await run([
    ...['sh', '-c', `exec "$@" > /dev/full`, 'sh'],
    ...wperf('-s', '-D', '-p', '0', '-I', pidFile),
  ]);
  expect([exitCode, stderr]).toEqual([5, expect.stringMatching(/^wperf: error: stdout cannot be written: [^\n]*\n$/)]);
  await expect.poll(() => existsSync(pidFile), { timeout: 5000 }).toBe(false);
});

test('a client takes its file away whether it can connect or not', async () => {
  const pidFile = join(await temporaryFolder(onTestFinished), 'pid');
  await writeFile(pidFile, `${spawnSync('true').pid}\n`);
  expect((await runWperf(['-c', `127.0.0.1:${await freePort()}`, '-I', pidFile])).exitCode).toBe(2);
  expect(existsSync(pidFile)).toBe(false);
});

test.each([[['-s', '-p', '0']], [['-s', '-D', '-p', '0']], [['-c', '127.0.0.1:1']]])(
  '%j ends with one line where the file cannot be written',
  async (args) => {
    const { exitCode, stdout, stderr } = await runWperf([...args, ...unwritable]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
    expect(stderr).toMatch(cannot);
  },
);

test('a server in the background serves, logs, and leaves nothing behind', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const [pidFile, logfile] = [join(folder, 'pid'), join(folder, 'log')];
  const args = ['-s', '-D', '-1', '--host', '127.0.0.1', '-p', '0', '-I', pidFile, '--logfile', logfile];
  const { exitCode, stdout, stderr } = await runWperf(args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [, port, pid] = /^wperf \S+: serving on port (\d+) in the background, process (\d+)\n$/.exec(stdout) ?? [];
  onTestFinished(() => end(Number(pid)));
  expect(await readFile(pidFile, 'utf8')).toBe(`${pid}\n`);
  expect((await runWperf(['-c', `127.0.0.1:${port}`, '-t', '0.2', '-b', '10M'])).exitCode).toBe(0);
  await expect.poll(() => existsSync(pidFile), { timeout: 10_000 }).toBe(false);
  expect(await readFile(logfile, 'utf8')).toContain('upload from');
});

test('a server that cannot listen says so before its caller goes on', async () => {
  const { exitCode, stdout, stderr } = await runWperf(['-s', '-D', '--host', '127.0.0.1', '-p', String(shared.port)]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^wperf: error: [^\\n]*${shared.port}[^\\n]*\\n$`));
  const log = await runWperf(['-s', '-D', '-p', '0', '--logfile', '/nowhere/log']);
  expect(log.stderr).toMatch(/^wperf: error: --logfile '\/nowhere\/log' cannot be written: [^\n]*\n$/);
});

test('the first of bytes and time ends a test, which the report says', async () => {
  const line = ['-c', `127.0.0.1:${shared.port}`, '-n', '1.8M', '-t', '5'];
  const { stdout } = await runWperf(line);
  expect(stdout).toContain('1887437 bytes or 5 s (the first to end)');
  const report = JSON.parse((await runWperf([...line, '-J'])).stdout);
  expect(report.start.test_start).toMatchObject({ bytes: 1_887_437, duration: 5 });
  expect(report.end.sum_received.bytes).toBe(1_887_437);
  const short = JSON.parse(
    (await runWperf(['-c', `127.0.0.1:${shared.port}`, '-n', '8000T', '-t', '0.3', '-J'])).stdout,
  );
  expect(short.end.sum_received.seconds).toBeLessThan(1);
});

test('what a flag of iperf3 changes is told in a line, and the test runs', async () => {
  const line = ['-c', `127.0.0.1:${shared.port}`, '-t', '0.2', '-N', '-Z', '--forceflush', '-J'];
  const { exitCode, stdout, stderr } = await runWperf(line);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).end.sum_received.bytes).toBeGreaterThan(0);
  expect(stderr).toBe('note: -Z/--zerocopy changes nothing: wperf writes ready-made batches, which costs as little\n');
});

test('--rcv-timeout says how long a silent server is waited for', async () => {
  const { process: server, port } = await startWperfServer(onTestFinished);
  onTestFinished(() => server.signal('SIGCONT'));
  const client = await start(
    onTestFinished,
    wperf('-c', `127.0.0.1:${port}`, '-R', '-t', '60', '-i', '0.2', '-b', '10M', '--rcv-timeout', '5000'),
  );
  await client.outputMatching(/0\.2\d-0\.4\d/);
  server.signal('SIGSTOP');
  const { exitCode, stderr } = await client.finished;
  expect(exitCode).toBe(4);
  expect(stderr).toContain(`nothing came from 127.0.0.1:${port} for 5 s; it is taken for lost`);
}, 20_000);

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has left.
  }
}
