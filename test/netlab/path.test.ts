/** A client behind NAT and a server over a shaped link, held against iperf3 on the same link. */
import { expect, onTestFinished, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, type Lab, type LabPlan, makeLab } from '../support/netlab.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { measureWithWperf, startWperfServer } from '../support/wperf.js';

const needs = [networkNamespaces, program('iperf3'), program('nft', 'nftables')];

async function labWithServer(
  plan: LabPlan,
  args: readonly string[] = [],
): Promise<{ lab: Lab; measure: typeof measureWithWperf }> {
  const lab = await makeLab(onTestFinished, plan);
  const place = { host: addresses.server, within: lab.within('server') };
  const { port } = await startWperfServer(onTestFinished, args, place);
  const measure: typeof measureWithWperf = (more) =>
    measureWithWperf(['-c', `${addresses.server}:${port}`, ...more], {
      within: lab.within('client'),
      timeoutSeconds: 60,
    });
  return { lab, measure };
}

describeNeeding('through NAT over a shaped link', needs, () => {
  test.each([
    { link: '50 Mbit/s', plan: { rateMbit: 50 } },
    { link: '20 Mbit/s with 20 ms each way', plan: { rateMbit: 20, delayMs: 20, queueMs: 100 } },
  ])('reads what iperf3 reads to 2 percent, over $link', async ({ plan }) => {
    const { lab, measure } = await labWithServer(plan);
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    for (const direction of [[], ['-R']]) {
      const args = ['-t', '5', '-O', '1', ...direction];
      const theirs = (await runIperf3(peer, args, { within: lab.within('client'), timeoutSeconds: 30 })).end
        .sum_received.bits_per_second;
      const ours = (await measure(args)).end.sum_received.bits_per_second;
      expect(Math.abs(ours / theirs - 1), `wperf ${ours}, iperf3 ${theirs}`).toBeLessThan(0.02);
    }
  });

  test('ends on time with the right figure when megabytes wait in buffers', async () => {
    const wmem = { 'net.ipv4.tcp_wmem': '4096 4194304 4194304' };
    const { measure } = await labWithServer({ rateMbit: 1, sysctl: { client: wmem, server: wmem } });
    for (const direction of [[], ['-R'], ['--bidir']]) {
      const report = await measure(['-t', '4', ...direction]);
      const { end, start } = report as typeof report & { start: { timestamp: { timemillisecs: number } } };
      const took = Date.now() - start.timestamp.timemillisecs;
      expect(took).toBeLessThan(4000 + 500 + 400);
      const [received] = direction[0] === '--bidir' ? [end.sum_received_bidir_reverse] : [end.sum_received];
      expect(received?.bits_per_second).toBeGreaterThan(0.85e6);
      expect(received?.bits_per_second).toBeLessThan(1.0e6);
    }
  });

  test('the server sees the NAT, the client the server', async () => {
    const { measure } = await labWithServer({});
    const report = (await measure(['-t', '0.5', '--get-server-output'])) as { server_output_text?: string };
    expect(report.server_output_text).toContain(`Accepted connection from ${addresses.nat}`);
  });
});
