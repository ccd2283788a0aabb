/** What a client behind NAT and a server over a shaped link say of each other, and when. */
import { expect, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses } from '../support/netlab.js';
import { labWithServer } from './lab-with-server.js';

describeNeeding('through NAT over a shaped link', [networkNamespaces, program('nft', 'nftables')], () => {
  test('ends on time with the right figure when megabytes wait in buffers', async () => {
    const wmem = { 'net.ipv4.tcp_wmem': '4096 4194304 4194304' };
    const { measure } = await labWithServer({ rateMbit: 1, sysctl: { client: wmem, server: wmem } });
    for (const direction of [[], ['-R'], ['--bidir']]) {
      const report = await measure(['-t', '4', ...direction]);
      const { end, start } = report as typeof report & { start: { timestamp: { timemillisecs: number } } };
      const took = Date.now() - start.timestamp.timemillisecs;
      // What waits takes half a minute to leave.
      expect(took).toBeLessThan(6000);
      const [received] = direction[0] === '--bidir' ? [end.sum_received_bidir_reverse] : [end.sum_received];
      expect(received?.bits_per_second).toBeGreaterThan(0.65e6);
      expect(received?.bits_per_second).toBeLessThan(1.0e6);
    }
  });

  test('the server sees the NAT, the client the server', async () => {
    const { measure } = await labWithServer({});
    const report = (await measure(['-t', '0.5', '--get-server-output'])) as { server_output_text?: string };
    expect(report.server_output_text).toContain(`Accepted connection from ${addresses.nat}`);
  });
});
