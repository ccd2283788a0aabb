/** Load by what is not the WebSocket, as much as a link behind NAT takes and more, held against iperf3 on the same link. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses } from '../support/netlab.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { labWith, type Report } from './transport-lab.js';

const needs = [networkNamespaces, program('iperf3'), program('nft', 'nftables')];

describeNeeding('through NAT, as iperf3 on the same link', needs, () => {
  test.each([[[]], [['-R']]])('reads what is lost of more than the link carries, %j', async (way) => {
    const { lab, measure } = await labWith({ rateMbit: 10, queueMs: 50 });
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    const args = ['-b', '15M', '-l', '1200', '-t', '5', ...way];
    const theirs = (await runIperf3(peer, ['-u', ...args], { within: lab.within('client'), timeoutSeconds: 30 }))
      .end as unknown as Report['end'];
    const ours = (await measure('--proto', 'udp', ...args)).end;
    const told = JSON.stringify({ theirs: theirs.sum, ours: ours.sum });
    expect(Math.abs(ours.sum.lost_percent - theirs.sum.lost_percent), told).toBeLessThan(2);
  });

  test('reads the rate of TCP', async () => {
    const { lab, measure } = await labWith({ rateMbit: 20, delayMs: 20, queueMs: 100 });
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    for (const way of [[], ['-R']]) {
      const args = ['-t', '5', '-O', '1', ...way];
      const theirs = (await runIperf3(peer, args, { within: lab.within('client') })).end.sum_received.bits_per_second;
      const ours = (await measure('--proto', 'tcp', ...args)).end.sum_received.bits_per_second;
      expect(Math.abs(ours / theirs - 1), `wperf ${ours}, iperf3 ${theirs}`).toBeLessThan(0.02);
    }
  });
});
