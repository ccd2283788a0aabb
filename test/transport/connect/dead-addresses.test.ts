/** Names with addresses that lead nowhere, as the whole program meets them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../support/folders.js';
import { describeNeeding, networkNamespaces, program, root } from '../../support/needs.js';
import { addresses, makeLab } from '../../support/netlab.js';
import { type Finished, run } from '../../support/processes.js';
import { startWperfServer, wperf } from '../../support/wperf.js';

/** Packets to 2001:db8::2 and 192.0.2.2 are taken, and never answered. */
const network = `
  ip link set lo up
  ip link add veth0 type veth peer name veth1 && ip link set veth0 up && ip link set veth1 up
  ip addr add 2001:db8::1/64 dev veth0 nodad && ip addr add 192.0.2.1/24 dev veth0
  ip -6 neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev veth0
  ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:03 dev veth0`;

const hosts = `
127.0.0.1 localhost
2001:db8::2 dead6.test
127.0.0.1 dead6.test
192.0.2.2 dead4.test
127.0.0.1 dead4.test
2001:db8::2 dead.test
192.0.2.2 dead.test
`;

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

/** Runs a client beside a server in namespaces of their own, which end with them. */
async function measure(args: readonly string[], before = 'true'): Promise<Finished> {
  const file = join(await temporaryFolder(onTestFinished), 'hosts');
  await writeFile(file, hosts);
  const script = `
    ${network}
    mount --bind ${file} /etc/hosts
    ${quoted(wperf('-s', '-p', '8765'))} >/dev/null & server=$!
    until (exec 3<>/dev/tcp/127.0.0.1/8765) 2>/dev/null; do :; done
    ${before}
    ${quoted(wperf(...args, '--ping', '--ping-count', '1'))}; code=$?
    kill $server; wait $server; exit $code`;
  return run(['unshare', '-n', '-m', 'bash', '-c', script], { timeoutSeconds: 30 });
}

describeNeeding('a name', [root, networkNamespaces, program('unshare')], () => {
  test.each([
    ['with a dead IPv6 address', ['-c', 'dead6.test']],
    ['with a dead address, and -4', ['-c', 'dead4.test', '-4']],
    ['with a dead IPv6 address, and an IPv4 address to come from', ['-c', 'dead6.test', '-B', '127.0.0.1']],
  ])('%s is reached', async (_, args) => {
    const { exitCode, stdout, stderr } = await measure(args);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('1 transmitted, 1 received');
  });

  test('is reached over a round trip longer than the wait between addresses', async () => {
    const lab = await makeLab(onTestFinished, { delayMs: 150 });
    const { port } = await startWperfServer(onTestFinished, [], {
      host: addresses.server,
      within: lab.within('server'),
    });
    const file = join(await temporaryFolder(onTestFinished), 'hosts');
    await writeFile(file, `${addresses.server} slow.test\n198.51.100.77 slow.test\n`);
    const client = quoted(wperf('-c', `slow.test:${port}`, '--ping', '--ping-count', '1'));
    const script = `mount --bind ${file} /etc/hosts; ${client}`;
    const { exitCode, stderr } = await lab.exec('client', ['unshare', '-m', 'bash', '-c', script]);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('with nothing but dead addresses is told in one line, in time, of server and proxy', async () => {
    const why = 'cannot be reached: 2001:db8::2 did not answer within 700 ms, 192.0.2.2 did not answer within 700 ms: ';
    const quick = ['--connect-timeout', '700'];
    const server = await measure(['-c', 'dead.test', ...quick]);
    expect([server.exitCode, server.stderr]).toEqual([2, expect.stringContaining(`dead.test:8765 ${why}`)]);
    const proxy = await measure(['-c', 'localhost', '--proxy', 'http://dead.test:3128', ...quick]);
    expect([proxy.exitCode, proxy.stderr]).toEqual([2, expect.stringContaining(`the proxy dead.test:3128 ${why}`)]);
  });
});

describeNeeding('too few', [root, networkNamespaces, program('unshare')], () => {
  test('local ports are the fault of this machine', async () => {
    const none =
      'sysctl -qw net.ipv4.ip_local_port_range="40000 40001"; for i in 1 2; do exec {fd}<>/dev/tcp/127.0.0.1/8765; done';
    const { exitCode, stderr } = await measure(['-c', '127.0.0.1'], none);
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining('this machine has no local port left')]);
  });
});
