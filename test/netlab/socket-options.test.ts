/** Options of sockets on the wire: what packet filters of a far machine count, and which way packets take. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { repositoryFile } from '../support/folders.js';
import type { Need } from '../support/machine.js';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { inside } from '../support/netlab/namespaces.js';
import { addresses, makeLab } from '../support/netlab.js';
import { output } from '../support/processes.js';
import { measureWithWperf, runWperf, startWperfServer } from '../support/wperf.js';

const withoutKoffi = { NODE_OPTIONS: `--require ${repositoryFile('test', 'support', 'hide-koffi.cjs')}` };

async function lab(...before: readonly string[]) {
  const made = await makeLab(onTestFinished, {});
  const place = { host: addresses.server, within: [...made.within('server'), ...before] };
  const { port } = await startWperfServer(onTestFinished, [], place);
  return { made, server: `${addresses.server}:${port}`, within: made.within('client') };
}

describeNeeding('a type of service', [networkNamespaces, program('nft', 'nftables')], () => {
  test('is on every packet of both ends, the first included', async () => {
    const { made, server, within } = await lab();
    const rules = `
      table ip seen {
        counter up {}
        counter upOther {}
        counter syn {}
        counter down {}
        counter downOther {}
        chain forward {
          type filter hook forward priority 0;
          iifname "lan" ip dscp af41 counter name up
          iifname "lan" ip dscp != af41 counter name upOther
          iifname "lan" ip dscp af41 tcp flags & (syn | ack) == syn counter name syn
          iifname "wan" tcp flags & syn == 0 ip dscp af41 counter name down
          iifname "wan" tcp flags & syn == 0 ip dscp != af41 counter name downOther
        }
      }`;
    await output([...made.within('router'), 'nft', '-f', '-'], { input: rules });
    await measureWithWperf(['-c', server, '-t', '0.5', '--bidir', '--dscp', 'af41', '--no-latency'], { within });
    const text = await output([...made.within('router'), 'nft', '-j', 'list', 'counters']);
    const found: { counter?: { name: string; packets: number } }[] = JSON.parse(text).nftables;
    const counts = Object.fromEntries(
      found.flatMap(({ counter }) => (counter ? [[counter.name, counter.packets]] : [])),
    );
    expect(counts).toMatchObject({ upOther: 0, syn: 1 });
    expect(counts.up).toBeGreaterThan(100);
    expect(counts.down).toBeGreaterThan(100);
    // Until the grant, the server does not know of it.
    expect(counts.downOther).toBeLessThan(10);
  });

  test('is shown with what came of it', async () => {
    const { server, within } = await lab();
    const report = await measureWithWperf(['-c', server, '-t', '0.3', '-S', '0x2a', '-w', '64K', '-M', '1000'], {
      within,
    });
    const facts = { sndbuf: 131_072, rcvbuf: 131_072, tos: 0x28, mss: 988 };
    const start = {
      ...{ sock_bufsize: 65_536, sndbuf_actual: 131_072, rcvbuf_actual: 131_072, tcp_mss: 1000 },
      test_start: { tos: 0x2a },
      socket_options: { asked: { window: 65_536, tos: 0x2a, mss: 1000 }, local: facts, remote: facts },
    };
    expect(report).toMatchObject({ start });
    const { stdout } = await runWperf(['-c', server, '-t', '0.3', '-S', '0x2a'], { within });
    expect(stdout).toContain('Socket: TOS 0x2a (here 0x28, there 0x28)\n');
  });
});

describeNeeding('an interface', [networkNamespaces], () => {
  test('is the only way out', async () => {
    const { made, server, within } = await lab();
    const name = made.namespaces[0] ?? '';
    await output(['ip', '-n', name, 'link', 'add', 'other', 'type', 'veth', 'peer', 'name', 'nowhere']);
    await output([...inside(name), 'ip', 'link', 'set', 'other', 'up']);
    const flags = ['-c', server, '-t', '0.3', '--no-latency'];
    expect(await runWperf([...flags, '--bind-dev', 'eth0'], { within })).toMatchObject({ exitCode: 0 });
    expect(await runWperf([...flags, '-B', `${addresses.client}%eth0`], { within })).toMatchObject({ exitCode: 0 });
    const lost = await runWperf([...flags, '--bind-dev', 'other', '--connect-timeout', '1000'], { within });
    expect(lost.exitCode).toBe(2);
    expect(lost.stderr).toMatch(/^wperf: error: .*\n$/);
  });
});

describeNeeding('without koffi', [networkNamespaces], () => {
  test('a client says what it cannot set, and sets a local port all the same', async () => {
    const { server, within } = await lab();
    const flags = ['-c', server, '-t', '0.3', '--no-latency'];
    const refused = await runWperf([...flags, '-w', '1M', '-C', 'reno'], { within, env: withoutKoffi });
    const line =
      '-C/--congestion, -w/--window cannot be set at this machine: the optional package koffi is not installed';
    expect(refused).toMatchObject({ exitCode: 5, stderr: `wperf: error: ${line}\n` });
    const report = await measureWithWperf([...flags, '--cport', '5000'], { within, env: withoutKoffi });
    expect(report).toMatchObject({ start: { connected: [{ local_port: 5000 }], sock_bufsize: 0 } });
  });

  test('a server refuses what it cannot set', async () => {
    const { server, within } = await lab('env', `NODE_OPTIONS=${withoutKoffi.NODE_OPTIONS}`);
    const refused = await runWperf(['-c', server, '-t', '0.3', '--dscp', 'ef'], { within });
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toMatch(
      /^wperf: error: .*-S\/--tos or --dscp cannot be set at the server: .*koffi is not.*\n$/,
    );
  });
});

function names(which: 'available' | 'allowed'): string[] {
  if (process.platform !== 'linux') return [];
  return readFileSync(`/proc/sys/net/ipv4/tcp_${which}_congestion_control`, 'latin1').trim().split(' ');
}
const forbidden = () => names('available').find((name) => !names('allowed').includes(name));
const restricted: Need = () => (forbidden() ? null : 'a congestion control that not all may use');

describeNeeding('a user without rights', [networkNamespaces, restricted, program('setpriv', 'util-linux')], () => {
  test('is told what its machine allows', async () => {
    const { server, within } = await lab();
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const flags = ['-c', server, '-t', '0.3', '-C', forbidden() ?? ''];
    const refused = await runWperf(flags, { within: [...within, ...nobody] });
    const rule = 'this machine does not allow it to this user: it allows';
    const line = `-C/--congestion ${forbidden()}: ${rule} ${names('allowed').join(', ')}`;
    expect(refused).toMatchObject({ exitCode: 5, stderr: `wperf: error: ${line}\n` });
  });
});
