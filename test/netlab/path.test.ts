/** A client behind NAT and a server over a shaped link, held against iperf3 on the same link. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses } from '../support/netlab.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { labWithServer } from './lab-with-server.js';

const needs = [networkNamespaces, program('iperf3'), program('nft', 'nftables')];

describeNeeding('through NAT over a shaped link', needs, () => {
  test.each([
    { link: '50 Mbit/s', plan: { rateMbit: 50 }, seconds: '3' },
    { link: '20 Mbit/s with 20 ms each way', plan: { rateMbit: 20, delayMs: 20, queueMs: 100 }, seconds: '5' },
  ])('reads what iperf3 reads to 2 percent, over $link', async ({ plan, seconds }) => {
    const { lab, measure } = await labWithServer(plan);
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    for (const direction of [[], ['-R']]) {
      const args = ['-t', seconds, '-O', '1', ...direction];
      const theirs = (await runIperf3(peer, args, { within: lab.within('client'), timeoutSeconds: 30 })).end
        .sum_received.bits_per_second;
      const ours = (await measure(args)).end.sum_received.bits_per_second;
      expect(Math.abs(ours / theirs - 1), `wperf ${ours}, iperf3 ${theirs}`).toBeLessThan(0.02);
    }
  });
});
