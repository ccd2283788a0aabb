/** iperf3's client at a wperf server, behind NAT over a shaped link, held against a pair of iperf3's. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, makeLab } from '../support/netlab.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { startWperfServer } from '../support/wperf.js';

const needs = [networkNamespaces, program('iperf3'), program('nft', 'nftables')];

describeNeeding('a stock iperf3 client, through NAT', needs, () => {
  test('reads at a wperf server what it reads at its own to 2 percent, and fills the link both ways', async () => {
    const lab = await makeLab(onTestFinished, { rateMbit: 50 });
    const [within, place] = [lab.within('client'), { host: addresses.server, within: lab.within('server') }];
    const stock = await startIperf3Server(onTestFinished, place);
    const server = await startWperfServer(onTestFinished, [], place);
    const measured = async (at: typeof server, way: readonly string[]) =>
      (await runIperf3(at, ['-t', '3', '-O', '1', ...way], { within })).end;
    for (const way of [[], ['-R']]) {
      const theirs = (await measured(stock, way)).sum_received.bits_per_second;
      const ours = (await measured(server, way)).sum_received.bits_per_second;
      expect(Math.abs(ours / theirs - 1), `${way} wperf ${ours}, iperf3 ${theirs}`).toBeLessThan(0.02);
    }
    const end = await measured(server, ['--bidir']);
    for (const sum of [end.sum_received, end.sum_received_bidir_reverse]) {
      expect(sum?.bits_per_second).toBeGreaterThan(40e6);
      expect(sum?.bits_per_second).toBeLessThan(50e6);
    }
  });
});
