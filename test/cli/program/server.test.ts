/** A server as a user meets it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { runWperf, startWperfServer } from '../../support/wperf.js';
import { expectOneLine, quick } from './spawned.js';

describe('a server', () => {
  test('warns once of a full log file, and serves on', async () => {
    const { process: server, port } = await startWperfServer(onTestFinished, ['--logfile', '/dev/full']);
    for (let round = 0; round < 2; round++) {
      expect((await runWperf(['-c', `127.0.0.1:${port}`, ...quick])).exitCode).toBe(0);
    }
    const busyMachine = /^warning: The \w+ was busy .*\n/gm;
    expectOneLine(server.stderr.replace(busyMachine, ''), "warning: --logfile '/dev/full' cannot be written: ENOSPC");
  });

  test('hears the last words of a client over a path that holds them up', async () => {
    const { process: server, port } = await startWperfServer(onTestFinished, ['-1', '-J']);
    const args = ['-c', `127.0.0.1:${port}`, '-n', '77K', '-P', '5', '--bidir', '--sim-latency', '100', '-J'];
    expect((await runWperf(args)).exitCode).toBe(0);
    const { exitCode, stdout } = await server.finished;
    expect(exitCode).toBe(0);
    const { end, error } = JSON.parse(stdout);
    expect([error, end.interrupted]).toEqual([undefined, false]);
    expect(end.sum_received.bytes).toBe(77 * 1024);
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
