/** How the program ends: once what it wrote is taken, at once when it is told to, and without waiting for goodbyes. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { startFakeServer } from '../dialects/legacy/fake-server.js';
import { repositoryFile, temporaryFolder } from '../support/folders.js';
import { describeNeeding, program } from '../support/needs.js';
import { freePort, listening } from '../support/ports.js';
import { type Running, run, start } from '../support/processes.js';
import { runWperf, startWperfServer, wperf } from '../support/wperf.js';

/** Starts a program whose stdout is full from its first byte on. */
function startUnread(argv: readonly string[]): Promise<Running> {
  return start(onTestFinished, ['python3', repositoryFile('test', 'support', 'full-pipe.py'), ...argv]);
}

/** How it ended, which must be soon. */
async function endAfter(running: Running, ...signals: readonly NodeJS.Signals[]) {
  const beganAt = performance.now();
  for (const signal of signals) running.signal(signal);
  const { exitCode, signal } = await running.finished;
  expect(performance.now() - beganAt).toBeLessThan(2000);
  return exitCode ?? signal;
}

describe('the end of the program', () => {
  test('waits for a slow reader, who gets all of it', async () => {
    const words = wperf('--loopback', '-t', '1', '-i', '0.1', '-P', '100', '-J').map((word) => `'${word}'`);
    const slowly = 'while dd bs=4096 count=1 status=none of=piece && [ -s piece ]; do cat piece; done';
    const argv = ['bash', '-c', `set -o pipefail; ${words.join(' ')} | (${slowly})`];
    const { exitCode, stdout } = await run(argv, { cwd: await temporaryFolder(onTestFinished) });
    expect(stdout.length).toBeGreaterThan(256 * 1024);
    expect(JSON.parse(stdout).intervals.length).toBeGreaterThan(5);
    expect(exitCode).toBe(0);
  });

  test('waits for no goodbye', async () => {
    let said = 0;
    const port = await startFakeServer(onTestFinished, (ws) => {
      ws.on('message', () => {
        said += 1;
        ws.pause();
      });
    });
    const running = await start(onTestFinished, wperf('-c', `127.0.0.1:${port}`, '-t', '0.5', '--no-latency'));
    await running.outputMatching(/CPU: /);
    const beganAt = performance.now();
    expect((await running.finished).exitCode).toBe(0);
    expect(performance.now() - beganAt).toBeLessThan(1500);
    expect(said).toBeGreaterThan(0);
  });
});

describeNeeding('with a full pipe that nobody reads', [program('python3')], () => {
  test.each([
    [['SIGTERM'], 130],
    [['SIGINT'], 130],
    [['SIGHUP'], 130],
  ] as const)('%j ends a client', async (signals, code) => {
    const server = await startWperfServer(onTestFinished);
    const client = await startUnread(wperf('-c', `127.0.0.1:${server.port}`, '-t', '60', '-i', '0.1', '-b', '1M'));
    await server.process.outputMatching(/ sec .*bits\/sec/);
    expect(await endAfter(client, ...signals)).toBe(code);
  });

  test('a client that has ended its test is ended by a signal', async () => {
    const server = await startWperfServer(onTestFinished);
    const client = await startUnread(wperf('-c', `127.0.0.1:${server.port}`, '-t', '0.3', '-b', '1M'));
    await server.process.outputMatching(/CPU: /);
    expect([0, 130]).toContain(await endAfter(client, 'SIGTERM'));
  });

  test.each([[[]], [['-1']]])('SIGTERM ends a server, %j', async (flags) => {
    const port = await freePort();
    const argv = wperf('-s', '--host', '127.0.0.1', '-p', String(port), ...flags);
    const server = await startUnread(argv);
    await listening(server, { host: '127.0.0.1', port });
    const client = await start(onTestFinished, wperf('-c', `127.0.0.1:${port}`, '-t', '30', '-b', '1M', '-i', '0.1'));
    await client.outputMatching(/ sec .*bits\/sec/);
    expect(await endAfter(server, 'SIGTERM')).toBe(0);
    expect((await client.finished).stderr).toContain('was stopped before the end of the test');
  });

  test('a one-off server that has served is ended by a signal', async () => {
    const port = await freePort();
    const server = await startUnread(wperf('-s', '-1', '--host', '127.0.0.1', '-p', String(port)));
    await listening(server, { host: '127.0.0.1', port });
    expect((await runWperf(['-c', `127.0.0.1:${port}`, '-t', '0.3'])).exitCode).toBe(0);
    expect(await endAfter(server, 'SIGTERM')).toBe(0);
  });
});
