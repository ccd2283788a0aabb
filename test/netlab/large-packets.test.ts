/** A path that drops large packets and says nothing: pings pass, load does not, and the test has failed. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, type Lab, makeLab } from '../support/netlab.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { startTinyproxy } from '../support/peers/tinyproxy.js';
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

const withoutLoad = /no load arrived (to|from) .*pings pass and full packets do not: .*MTU/;

async function labDropping(later: Later, which: string): Promise<{ lab: Lab; port: number }> {
  const lab = await labWithHole(later, which);
  const place = { host: addresses.server, within: lab.within('server') };
  return { lab, port: (await startWperfServer(later, patience, place)).port };
}

async function labWithHole(later: Later, which: string): Promise<Lab> {
  const lab = await makeLab(later, { sysctl: { client: noProbing, server: noProbing } });
  const chain = `type filter hook forward priority -1\n${which} meta length > 1300 drop\n`;
  await output([...lab.within('router'), 'nft', '-f', '-'], { input: `table ip hole {\nchain pass {\n${chain}}\n}\n` });
  return lab;
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
      expect(errors).toEqual([expect.stringMatching(withoutLoad)]);
      const { error, error_code: code, end } = JSON.parse(json.stdout);
      expect([`wperf: error: ${error}`, code]).toEqual([expect.stringMatching(withoutLoad), 'no-load']);
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

/** The words of a client of iperf3's, how long its test may last, and whether the server's results are too long to pass. */
const iperf3Tests: readonly (readonly [string, string, number, boolean?])[] = [
  [bothWays, '-n 10M', 6],
  [bothWays, '-t 60 -P 2', 6],
  [bothWays, '-t 2 -P 10', 17, true],
  [bothWays, '-R -t 2', 3],
  [bothWays, '-R -n 10M', 5],
  [bothWays, '--bidir -n 10M', 5],
  [bothWays, '-u -l 1400 -t 2', 2],
  [up, '--bidir -n 5M', 6],
  [down, '--bidir -n 5M -P 2', 5, true],
];

const needs = [networkNamespaces, program('nft', 'nftables'), program('iperf3'), program('tinyproxy')];

describeNeeding('in the dialect of iperf3, a path that drops large packets', needs, () => {
  test.concurrent.for(iperf3Tests)(
    '"%s" fails a test of %s as one without load',
    async ([which, words, seconds, isUntold = false], { onTestFinished }) => {
      const lab = await labWithHole(onTestFinished, which);
      const place = { host: addresses.server, within: lab.within('server') };
      const { port } = await startIperf3Server(onTestFinished, place);
      const beganAt = performance.now();
      const argv = ['-c', `${addresses.server}:${port}`, '--iperf3', ...patience, ...words.split(' '), '-J'];
      const { exitCode, stdout } = await lab.exec('client', wperf(...argv), { timeoutSeconds: 40 });
      expect(performance.now() - beganAt).toBeLessThan(seconds * 1000 + 5000);
      const { error, error_code: code, end } = JSON.parse(stdout);
      expect([exitCode, code, error]).toEqual([4, 'no-load', expect.stringMatching(withoutLoad)]);
      const received = [end.sum_received, end.sum_received_bidir_reverse].map((sum) => sum?.bytes);
      expect(received).toContain(0);
      // What went the other way has arrived, and nothing may tell that it has not.
      if (which === down) expect(end.sum_received.bytes).toBe(isUntold ? null : expect.any(Number));
    },
  );

  test('is told as that from beyond a proxy, which takes load that goes no farther', async () => {
    const lab = await labWithHole(onTestFinished, bothWays);
    const place = { host: addresses.server, within: lab.within('server') };
    const { port } = await startIperf3Server(onTestFinished, place);
    const proxy = await startTinyproxy(onTestFinished, { within: lab.within('client') });
    const way = ['-c', `${addresses.server}:${port}`, '--iperf3', '--proxy', `http://127.0.0.1:${proxy.port}`];
    const argv = wperf(...way, '-t', '60', ...patience, '-J');
    const { exitCode, stdout } = await lab.exec('client', argv, { timeoutSeconds: 40 });
    const { error, end } = JSON.parse(stdout);
    expect([exitCode, error]).toEqual([4, expect.stringMatching(withoutLoad)]);
    expect(error).toContain(`arrived to ${addresses.server}:${port}`);
    expect(end.sum_received.bytes).toBe(0);
  });

  test.concurrent.for(['-t 1', '-R -t 1', '--bidir -t 1', '-u -l 1400 -t 1'])(
    'is told by a server too that a stock client asks for %s',
    async (words, { onTestFinished }) => {
      const lab = await labWithHole(onTestFinished, bothWays);
      const place = { host: addresses.server, within: lab.within('server') };
      const server = await startWperfServer(onTestFinished, ['-1', '-J'], place);
      await runIperf3(server, words.split(' '), { within: lab.within('client') });
      const { stdout } = await server.process.finished;
      const { error, error_code: code } = JSON.parse(stdout);
      expect([code, error]).toEqual(['no-load', expect.stringMatching(withoutLoad)]);
    },
  );
});
