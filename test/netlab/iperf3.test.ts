/** wperf's client at a stock iperf3 server, behind NAT over a shaped link, held against iperf3's own client there. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, makeLab } from '../support/netlab.js';
import { type Iperf3Sum, runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { measureWithWperf, runWperf } from '../support/wperf.js';

const needs = [networkNamespaces, program('iperf3'), program('nft', 'nftables')];

interface PacketSum extends Iperf3Sum {
  readonly lost_percent: number;
}

describeNeeding('at a stock iperf3 server, through NAT', needs, () => {
  test.each([
    { link: '50 Mbit/s', plan: { rateMbit: 50 }, seconds: '3' },
    { link: '20 Mbit/s with 20 ms each way', plan: { rateMbit: 20, delayMs: 20, queueMs: 100 }, seconds: '5' },
  ])("reads what iperf3's client reads to 2 percent, over $link", async ({ plan, seconds }) => {
    const lab = await makeLab(onTestFinished, plan);
    const within = lab.within('client');
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    const way = ['-c', addresses.server, '-p', String(peer.port), '--iperf3'];
    for (const direction of [[], ['-R']]) {
      const args = ['-t', seconds, '-O', '1', ...direction];
      const theirs = (await runIperf3(peer, args, { within })).end.sum_received.bits_per_second;
      const ours = (await measureWithWperf([...way, ...args], { within })).end.sum_received.bits_per_second;
      expect(Math.abs(ours / theirs - 1), `${direction} wperf ${ours}, iperf3 ${theirs}`).toBeLessThan(0.02);
    }
  });

  test('reads the loss of packets, both ways', async () => {
    const lab = await makeLab(onTestFinished, { rateMbit: 50, lossPercent: 2 });
    const within = lab.within('client');
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    const way = ['-c', addresses.server, '-p', String(peer.port), '--iperf3', '-u', '-b', '10M', '-t', '5'];
    for (const direction of [[], ['-R']]) {
      const { end } = await measureWithWperf([...way, ...direction], { within });
      const { lost_percent: lost, bits_per_second: rate } = (end as unknown as { readonly sum_received: PacketSum })
        .sum_received;
      expect(lost, `${direction}`).toBeGreaterThan(1);
      expect(lost, `${direction}`).toBeLessThan(3.5);
      expect(rate / 9.8e6).toBeGreaterThan(0.95);
    }
  });

  test('gives a server up that is cut off', async () => {
    const lab = await makeLab(onTestFinished, { rateMbit: 50 });
    const within = lab.within('client');
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    const running = runWperf(
      ['-c', addresses.server, '-p', String(peer.port), '--iperf3', '-t', '60', '--rcv-timeout', '5000'],
      { within, timeoutSeconds: 40 },
    );
    await peer.process.outputMatching(/ 1\.\d\d-2/);
    await lab.exec('router', ['ip', 'link', 'set', 'wan', 'down']);
    const { stderr, exitCode } = await running;
    expect(stderr).toMatch(/nothing came through|broke the connection off|was lost/);
    expect(exitCode).toBe(4);
  });
});
