/** Load by what is not the WebSocket, behind NAT, held against iperf3 on the same link. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses } from '../support/netlab.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { labWith, type Report } from './transport-lab.js';

const needs = [networkNamespaces, program('iperf3'), program('nft', 'nftables')];

describeNeeding('through NAT, as iperf3 on the same link', needs, () => {
  test.each([[[]], [['-R']]])('reads loss and rate of UDP, %j', async (way) => {
    const { lab, measure } = await labWith({ rateMbit: 100, lossPercent: 2, delayMs: 10 });
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    const args = ['-b', '30M', '-l', '800', '-t', '8', ...way];
    const theirs = (await runIperf3(peer, ['-u', ...args], { within: lab.within('client'), timeoutSeconds: 30 }))
      .end as unknown as Report['end'];
    const ours = (await measure('--proto', 'udp', ...args)).end;
    const told = JSON.stringify({ theirs: theirs.sum, ours: ours.sum });
    expect(
      Math.abs(
        ours.sum_received.bits_per_second / (theirs.sum.bits_per_second * (1 - theirs.sum.lost_percent / 100)) - 1,
      ),
      told,
    ).toBeLessThan(0.02);
    expect(Math.abs(ours.sum.lost_percent - theirs.sum.lost_percent), told).toBeLessThan(0.3);
    expect(ours.sum.jitter_ms, told).toBeLessThan(3 * theirs.sum.jitter_ms + 0.3);
  });
});
