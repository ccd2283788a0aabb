/** `--ping` as a user meets it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { start } from '../../support/processes.js';
import { runWperf, startWperfServer, wperf } from '../../support/wperf.js';
import { expectOneLine } from './spawned.js';

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
