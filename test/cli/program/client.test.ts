/** A client as a user meets it: results so far, files, tokens, a reader that leaves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../support/folders.js';
import { run, start } from '../../support/processes.js';
import { runWperf, startWperfServer, wperf } from '../../support/wperf.js';
import { expectOneLine, quick } from './spawned.js';

describe('a client', () => {
  test('that is interrupted prints the results so far and exits with 130', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = await start(
      onTestFinished,
      wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.2', '-b', '10M'),
    );
    await client.outputMatching(/0\.[2-9]\d-/);
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
    const client = await start(
      onTestFinished,
      wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.2', '-b', '10M', '-J'),
    );
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
    const client = await start(
      onTestFinished,
      wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.2', '-b', '10M'),
    );
    await client.outputMatching(/0\.[2-9]\d-/);
    server.process.signal('SIGKILL');
    const { exitCode, stdout, stderr } = await client.finished;
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /^wperf: error: the connection with 127\.0\.0\.1:\d+ was closed by the other side or on the way/m,
    );
    expect(stdout).toMatch(/Bytes .* sender\n.*Bytes .* receiver \(partial\)\n/);
  });

  test('whose server dies has what there was in its JSON, beside the error', async () => {
    const server = await startWperfServer(onTestFinished, ['-i', '0.1']);
    const argv = wperf('-c', `127.0.0.1:${server.port}`, '-t', '30', '-i', '0.1', '-b', '10M', '--bidir', '-J');
    const client = await start(onTestFinished, argv);
    await server.process.outputMatching(/0\.[3-9]\d-/);
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

  test('with a token that nobody asks for is told where it may be from', async () => {
    const { port } = await startWperfServer(onTestFinished);
    const { exitCode, stderr } = await runWperf(['-c', `127.0.0.1:${port}`], { env: { WPERF_TOKEN: 'sesame' } });
    expect(exitCode).toBe(3);
    expectOneLine(stderr, 'wperf: error: the server asks for no token: leave --token (or WPERF_TOKEN) away');
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
    const program = wperf('-c', `127.0.0.1:${port}`, '-t', '0.4', '-b', '10M')
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
