/** The built program with every door shut that Linux alone has: what needs no such door works, the rest says so. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { repositoryFile } from '../support/folders.js';
import { freePort, listening } from '../support/ports.js';
import { type Finished, run, start } from '../support/processes.js';
import { wperf } from '../support/wperf.js';

describe.each(['darwin', 'win32'])('on %s', (platform) => {
  const env = {
    NODE_OPTIONS: `--require ${repositoryFile('test', 'support', 'no-linux.cjs')}`,
    WPERF_PLATFORM: platform,
  };

  function runElsewhere(...words: readonly string[]): Promise<Finished> {
    return run(wperf(...words), { env });
  }

  test('the doors are shut', async () => {
    expect((await runElsewhere('--version', '--verbose')).stdout).toContain(platform);
  });

  test.each([
    [[]],
    [['-R', '-P', '2']],
    [['--bidir']],
    [['-u', '-b', '5M']],
    [['--proto', 'udp', '-b', '5M']],
    [['--proto', 'tcp', '-R']],
    [['--proto', 'kcp']],
  ])('--loopback %j', async (words) => {
    const { exitCode, stdout } = await runElsewhere('--loopback', '-t', '0.3', '-J', ...words);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).end.sum_received.bytes).toBeGreaterThan(0);
  });

  test('-s, -c and --ping', async () => {
    const port = await freePort();
    const server = await start(onTestFinished, wperf('-s', '-p', String(port)), { env });
    await listening(server, { host: '127.0.0.1', port });
    const { exitCode, stdout } = await runElsewhere('-c', `127.0.0.1:${port}`, '-t', '0.4', '-V');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/receiver/);
    const ping = await runElsewhere('-c', `127.0.0.1:${port}`, '--ping', '--ping-count', '2', '-i', '0.1');
    expect(ping).toMatchObject({ exitCode: 0 });
    expect(ping.stdout).toContain('2 transmitted, 2 received');
  });

  test.each([
    [['--traceroute', '127.0.0.1']],
    [['--loopback', '--congestion', 'cubic', '-t', '0.3']],
    [['--loopback', '--window', '64K', '-t', '0.3']],
    [['--loopback', '--bind-dev', 'lo', '-t', '0.3']],
  ])('%j says in a line that it cannot be had', async (words) => {
    const { exitCode, stderr } = await runElsewhere(...words);
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/^wperf: error: .+\n$/m);
    expect(stderr).not.toMatch(/\n\s+at |TypeError/);
  });
});
