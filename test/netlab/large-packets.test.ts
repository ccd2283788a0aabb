/** A path that drops large packets and says nothing: pings pass, load does not, and the test has failed. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, type Lab, makeLab } from '../support/netlab.js';
import { output } from '../support/processes.js';
import type { Later } from '../support/undo.js';
import { startWperfServer, wperf } from '../support/wperf.js';

const bothWays = '';
const up = 'iifname "lan"';
const down = 'iifname "wan"';

/** The kernel of neither end looks for a smaller size by itself. */
const noProbing = { 'net.ipv4.tcp_mtu_probing': '0' };

/** From the start of a test to the first load. */
const patience = ['--rcv-timeout', '5000'];

async function labDropping(later: Later, which: string): Promise<{ lab: Lab; port: number }> {
  const lab = await makeLab(later, { sysctl: { client: noProbing, server: noProbing } });
  const chain = `type filter hook forward priority -1\n${which} meta length > 1300 drop\n`;
  await output([...lab.within('router'), 'nft', '-f', '-'], { input: `table ip hole {\nchain pass {\n${chain}}\n}\n` });
  const place = { host: addresses.server, within: lab.within('server') };
  return { lab, port: (await startWperfServer(later, patience, place)).port };
}

/** The words of a client, and how long its test may last. */
const tests: readonly (readonly [string, string, number])[] = [
  [bothWays, '-t 3', 3],
  [bothWays, '-R -t 3', 3],
  [bothWays, '--bidir -t 3 -P 4', 3],
  [bothWays, '-n 10M', 5],
  [bothWays, '-R -n 10M -P 2', 5],
  [bothWays, '--bidir -n 10M', 5],
  [bothWays, '-t 60', 5],
  [bothWays, '-u -l 1400 -t 3', 3],
  [bothWays, '-R -u -l 1400 -t 3', 3],
  [bothWays, '-u -l 1400 -n 100K', 5],
  [up, '-t 3', 3],
  [up, '--bidir -t 3', 3],
  [up, '-n 10M', 5],
  [down, '-R -t 3', 3],
  [down, '--bidir -t 3', 3],
  [down, '-R -n 10M', 5],
];

describeNeeding('a path that drops large packets', [networkNamespaces, program('nft', 'nftables')], () => {
  test.concurrent.for(tests)(
    '"%s" fails a test of %s as one without load',
    async ([which, words, seconds], { onTestFinished }) => {
      const { lab, port } = await labDropping(onTestFinished, which);
      const beganAt = performance.now();
      const argv = ['-c', `${addresses.server}:${port}`, ...patience, ...words.split(' ')];
      const [text, json] = await Promise.all([
        lab.exec('client', wperf(...argv), { timeoutSeconds: 40 }),
        lab.exec('client', wperf(...argv, '-J'), { timeoutSeconds: 40 }),
      ]);
      expect(performance.now() - beganAt).toBeLessThan(seconds * 1000 + 9000);
      expect([text.exitCode, json.exitCode]).toEqual([4, 4]);
      const errors = text.stderr.split('\n').filter((line) => line.startsWith('wperf: error: '));
      expect(errors).toEqual([
        expect.stringMatching(/no load arrived (to|from) .*pings pass and full packets do not: .*MTU/),
      ]);
      const { error, error_code: code, end } = JSON.parse(json.stdout);
      expect([`wperf: error: ${error}`, code]).toEqual([
        expect.stringMatching(/no load arrived (to|from) .*pings pass and full packets do not: .*MTU/),
        'no-load',
      ]);
      const received = [end.sum_received, end.sum_received_bidir_reverse].map((sum) => sum?.bytes);
      expect(received).toContain(0);
      if (!words.includes('--bidir') || which === bothWays) expect(end.latency?.grade ?? null).toBeNull();
    },
  );

  test.each([
    [up, '-R -t 1'],
    [down, '-t 1'],
  ])('"%s" does not fail a test of the other way, %s', async (which, words) => {
    const { lab, port } = await labDropping(onTestFinished, which);
    const argv = wperf('-c', `${addresses.server}:${port}`, ...words.split(' '));
    expect(await lab.exec('client', argv)).toMatchObject({ exitCode: 0 });
  });
});
