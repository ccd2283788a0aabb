/** `--loopback` as a user meets it. */
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { start } from '../../support/processes.js';
import { measureWithWperf, runWperf, wperf } from '../../support/wperf.js';
import { quick } from './spawned.js';

/** Nothing can be listened to. */
const withoutPorts = `import net from 'node:net'; net.Server.prototype.listen = function () { setImmediate(() => this.emit('error', new Error('no ports today'))); return this; };`;

describe('--loopback', () => {
  test('measures with one command and leaves nothing behind', async () => {
    const { exitCode, stdout, stderr } = await runWperf(['--loopback', ...quick, '-P', '2', '--bidir']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^wperf .*both ways with 127.0.0.1:\d+, 2 streams, 0.4 s, 64 KiB blocks\b/);
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

  test('tells of a module as any test does', async () => {
    const { exitCode, stderr, stdout } = await runWperf(['--loopback', '--proto', './nowhere.mjs']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe('wperf: error: the module ./nowhere.mjs is not there: check the path\n');
  });

  test('tells in one line why its server does not start', async () => {
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(withoutPorts)}` };
    const { exitCode, stderr } = await runWperf(['--loopback'], { env });
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/^wperf: error: the server of --loopback did not start: [^\n]*no ports today[^\n]*\n$/);
    expect(stderr.match(/error:/g)).toHaveLength(1);
  });

  test('ends its server when it is killed itself', async () => {
    const running = await start(onTestFinished, wperf('--loopback', '-t', '30', '-b', '10M', '-V'));
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

test('latency is a line of the report, and a member of the JSON', async () => {
  const text = await runWperf(['--loopback', ...quick]);
  expect(text.stdout).toMatch(
    /\nLatency: idle [\d.]+ ms, loaded [\d.]+ ms \(p95 [\d.]+ ms\): bufferbloat [\d.]+ ms, grade \S+, \d+ RPM \(TCP\)\n/,
  );
  const { end } = JSON.parse((await runWperf(['--loopback', ...quick, '-R', '-J'])).stdout);
  const keys = ['samples', 'min_ms', 'median_ms', 'p95_ms', 'p99_ms', 'max_ms'];
  expect(Object.keys(end.latency)).toEqual([
    ...['idle', 'loaded_up', 'loaded_down', 'queue_up', 'queue_down', 'bufferbloat_ms', 'grade', 'rpm'],
  ]);
  expect(Object.keys(end.latency.idle)).toEqual(keys);
  expect(Object.keys(end.latency.loaded_down)).toEqual(keys);
  expect(end.latency.loaded_up).toBeNull();
  const without = await runWperf(['--loopback', ...quick, '--no-latency', '-J']);
  expect(JSON.parse(without.stdout).end.latency).toBeUndefined();
});
