/** The built program under the newest Node, whose event loop and streams are not those of the oldest that it supports. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryFile } from '../support/folders.js';
import { describeNeeding } from '../support/needs.js';
import { run } from '../support/processes.js';
import { type WperfReport, wperf } from '../support/wperf.js';

const newest = repositoryFile(
  '.ci',
  'newest-node',
  'node_modules',
  `node-${process.platform}-${process.arch}`,
  'bin',
  'node',
);

describeNeeding('the newest Node', [() => (existsSync(newest) ? null : 'npm ci --prefix .ci/newest-node')], () => {
  const [, ...program] = wperf();

  async function runIt(...words: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await run([newest, ...program, ...words], { timeoutSeconds: 30 });
    expect({ words, exitCode, stderr }).toEqual({ words, exitCode: 0, stderr: expect.not.stringContaining('(node:') });
    return stdout;
  }

  test.each([
    [['--udp', '-b', '20M']],
    [['--proto', 'udp', '-b', '20M']],
    [['--proto', 'udp', '-b', '20M', '-R', '-l', '1400']],
    [['--proto', 'kcp', '-b', '20M']],
    [['--proto', 'tcp', '-b', '20M', '-R']],
    [['-b', '20M', '--bidir']],
  ])('keeps to a rate: %j', async (words) => {
    const { end } = JSON.parse(await runIt('--loopback', '-t', '0.5', '-J', ...words)) as WperfReport;
    expect(end.sum_received.bits_per_second / 20e6).toBeGreaterThan(0.9);
    expect(end.sum_received.bits_per_second / 20e6).toBeLessThan(1.1);
  });

  test.each([[[]], [['-R', '-P', '2']], [['--proto', 'kcp', '--bidir']], [['--proto', 'udp', '-b', '0']]])(
    'carries load: %j',
    async (words) => {
      const { end } = JSON.parse(await runIt('--loopback', '-t', '0.5', '-J', ...words)) as WperfReport;
      expect(end.sum_received.bytes).toBeGreaterThan(1e6);
    },
  );

  test('tells round trips and routes', async () => {
    expect(await runIt('--loopback', '--ping', '--ping-count', '3', '-i', '0.1')).toContain(
      '3 transmitted, 3 received',
    );
    expect(await runIt('--traceroute', '127.0.0.1')).toMatch(/^ 1 .*127\.0\.0\.1.* ms/m);
    expect(await runIt('--loopback', '--reverse-traceroute')).toMatch(/^ 1 .*127\.0\.0\.1.* ms/m);
  });
});
