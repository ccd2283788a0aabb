/** Routes back through real Linux routers, with NAT before the client, from the command line at both ends. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { describeNeeding, program } from '../support/needs.js';
import { output, run } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';
import type { Later } from '../support/undo.js';
import { startWperfServer, wperf } from '../support/wperf.js';
import { asNobody, makeTopology, type Within } from '../trace/support/network.js';
import { traceNeeds } from '../trace/support/traces.js';

const rejectionNeeds = [...traceNeeds, program('nft', 'nftables')];
const server = '10.77.5.2';
/** From the server to the router next to the client, as each answers. */
const routersBack = ['10.77.5.1', '10.77.4.1', '10.77.3.1', '10.77.2.1', '10.77.1.1'];
const routersThere = ['10.77.0.2', '10.77.1.2', '10.77.2.2', '10.77.3.2', '10.77.4.2'];

interface Document {
  readonly start: { ip: string; shared: { kind: string } | null; seen_as: Record<string, unknown> } | null;
  readonly hops: readonly { ttl: number; addresses: { ip: string }[]; hidden: object | null; inband: boolean }[];
  readonly end: { reason: string } | null;
  readonly error?: string;
}

async function startServer(
  later: Later,
  network: Within,
  args: readonly string[] = [],
  host = server,
  rights: readonly string[] = [],
) {
  const within = [...network('server'), ...rights];
  const { port, process } = await startWperfServer(later, args, { host, within });
  const ask = async (...words: readonly string[]): Promise<Document> => {
    const argv = wperf('-c', host, '-p', String(port), '--reverse-traceroute', '-J', '--tr-no-dns', ...words);
    return JSON.parse((await run(argv, { within: network('client') })).stdout);
  };
  return { port, process, ask };
}

const addressesOf = ({ hops }: Document) => hops.map(({ addresses }) => addresses.map((address) => address.ip).join());

describeNeeding('routes back over five routers', traceNeeds, () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'line');
  });

  test('four clients at once each get their own', async () => {
    const { ask, process } = await startServer(onTestFinished, network);
    const others = ['10.77.0.11', '10.77.0.12', '10.77.0.13'];
    for (const address of others) {
      await output(['ip', 'addr', 'add', `${address}/24`, 'dev', 'l0a'], { within: network('client') });
    }
    const addresses = ['10.77.0.1', ...others];
    const documents = await Promise.all(addresses.map((address) => ask('-B', address)));
    for (const [index, document] of documents.entries()) {
      expect(addressesOf(document)).toEqual([...routersBack, addresses[index]]);
      expect(document.start?.seen_as).toMatchObject({ ip: addresses[index], source: 'connection', nat: false });
      expect(document.end?.reason).toBe('target');
    }
    expect(process.stdout).toMatch(/10\.77\.0\.1[:\d]*: asks for the route back/);
    expect(process.stdout).toContain('route to 10.77.0.13 traced: 6 hops in');
  });

  test('the server hides what it is told to', async () => {
    const { ask } = await startServer(onTestFinished, network, ['--tr-hide-hops', '2']);
    expect(addressesOf(await ask())).toEqual(['', '', ...routersBack.slice(2), '10.77.0.1']);
    const { ask: askOther } = await startServer(onTestFinished, network, ['--tr-hide-private']);
    const document = await askOther();
    expect(addressesOf(document)).toEqual(['', '', '', '', '', '10.77.0.1']);
    expect(document.hops[0]?.hidden).toEqual({
      addresses: 1,
      rtts_ms: [expect.any(Number), expect.any(Number), expect.any(Number)],
    });
  });

  test('both routes stand beside each other, or one under the other', async () => {
    const { port } = await startServer(onTestFinished, network);
    const words = ['-c', server, '-p', String(port), '--both-traceroutes', '--tr-no-dns'];
    const { stdout } = await run(wperf(...words, '--no-geoip'), { within: network('client') });
    const lines = stdout.split('\n');
    const row = (...parts: readonly string[]) =>
      new RegExp(`^ *${parts.map((part) => part.replaceAll('.', '\\.')).join(' .*')} `);
    for (const [index, router] of routersThere.entries()) {
      expect(
        lines.some((line) => row(`${index + 1}  ${router}`, `${5 - index}  ${routersBack[4 - index]}`).test(line)),
      ).toBe(true);
    }
    const { forward, reverse, rows } = JSON.parse(
      (await run(wperf(...words, '-J'), { within: network('client') })).stdout,
    );
    expect(addressesOf(forward)).toEqual([...routersThere, server]);
    expect(addressesOf(reverse)).toEqual([...routersBack, '10.77.0.1']);
    expect(reverse.start.shared).toMatchObject({ kind: 'kept' });
    expect(rows).toHaveLength(7);
  });

  describe('behind NAT', () => {
    const nat = '10.77.1.1';

    beforeAll(async () => {
      const rules = `
table ip home {
  chain leave {
    type nat hook postrouting priority srcnat;
    oifname "l1a" snat to ${nat}
  }
}
`;
      await output(['nft', '-f', '-'], { within: network('r1'), input: rules });
    });

    test('the route goes on behind the NAT, which answers in its name, and tells that it is there', async () => {
      const { ask } = await startServer(onTestFinished, network);
      const document = await ask();
      expect(addressesOf(document)).toEqual([...routersBack, nat]);
      expect(document.hops.map(({ inband }) => inband)).toEqual([false, false, false, false, false, true]);
      expect(addressesOf(await ask('--tr-proto', 'udp'))).toEqual(routersBack);
      expect(document.start?.seen_as).toMatchObject({ ip: nat, local_ip: '10.77.0.1', nat: true });
    });

    test('those who share its address share the trace', async () => {
      const { ask } = await startServer(onTestFinished, network);
      const documents = await Promise.all(
        ['10.77.0.1', '10.77.0.1', '10.77.0.1', '10.77.0.1'].map((one) => ask('-B', one)),
      );
      for (const document of documents) expect(addressesOf(document)).toEqual([...routersBack, nat]);
      const kinds = documents.map(({ start }) => start?.shared?.kind ?? 'new');
      expect(kinds.filter((kind) => kind === 'new')).toHaveLength(1);
    });
  });
});

describeNeeding('routes back of which a router rejects in the place of the client', rejectionNeeds, () => {
  const later = undoAfterAll();
  const client = { 4: '10.77.0.1', 6: 'fd77::1' } as const;
  const hosts = { 4: server, 6: 'fd77:5::2' } as const;
  const back = { 4: routersBack, 6: ['fd77:5::1', 'fd77:4::1', 'fd77:3::1', 'fd77:2::1', 'fd77:1::1'] } as const;
  const reject = ['ip daddr 10.77.0.0/24', 'ip6 daddr fd77::/64'].map(
    (way) => `${way} meta l4proto udp reject with icmpx port-unreachable`,
  );
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'line');
  });

  async function having(node: string, chains: readonly string[]): Promise<void> {
    const nft = (text: string) => output([...network(node), 'nft', '-f', '-'], { input: text });
    await nft(['table inet rejecting {', ...chains, '}'].join('\n'));
    onTestFinished(() => nft('delete table inet rejecting').then(() => {}));
  }

  for (const family of [4, 6] as const) {
    const host = hosts[family];
    const routers = back[family];

    test(`after it has passed on what ended there, over IPv${family}`, async () => {
      await having('r3', ['chain forward { type filter hook forward priority 0;', ...reject, '}']);
      const { ask, port } = await startServer(onTestFinished, network, [], host);
      const udp = await ask('--tr-proto', 'udp');
      expect(addressesOf(udp)).toEqual([...routers.slice(0, 3), routers[2]]);
      expect(udp.end?.reason).toBe('refused');
      const auto = await ask();
      expect(addressesOf(auto)).toEqual([...routers, client[family]]);
      expect(auto.hops.map(({ inband }) => inband)).toEqual([false, false, false, true, true, true]);
      expect(auto.end?.reason).toBe('target');

      const words = ['-c', host, '-p', String(port), '--both-traceroutes', '--tr-no-dns', '--no-geoip'];
      const both = (...more: readonly string[]) =>
        run(wperf(...words, '--tr-require-target', ...more), { within: network('client') });
      const { forward, reverse } = JSON.parse((await both('--tr-proto', 'udp', '-J')).stdout);
      expect(forward.end.reason).toBe('target');
      expect(addressesOf(reverse)).toEqual(addressesOf(udp));
      expect(reverse.end.reason).toBe('refused');
      const told = await both('--tr-proto', 'udp');
      expect(told.exitCode).toBe(6);
      expect(told.stdout).toContain(`${client[family]} is not reached: the last hop passes nothing on to it`);
      expect((await both()).exitCode).toBe(0);
    });

    test(`and tells of no expired TTL, over IPv${family}`, async () => {
      await having('r4', [
        'chain before { type filter hook prerouting priority -300;',
        ...reject,
        '}',
        'chain output { type filter hook output priority 0; icmp type time-exceeded drop; icmpv6 type time-exceeded drop; }',
      ]);
      const { ask } = await startServer(onTestFinished, network, [], host);
      const udp = await ask('--tr-proto', 'udp');
      expect(addressesOf(udp)).toEqual(routers.slice(0, 2));
      expect(udp.end?.reason).toBe('refused');
      const auto = await ask();
      expect(addressesOf(auto)).toEqual([routers[0], '', ...routers.slice(2), client[family]]);
      expect(auto.end?.reason).toBe('target');
    });
  }
});

describeNeeding('a client behind NAT and a firewall', traceNeeds, () => {
  const later = undoAfterAll();
  const host = '10.77.6.2';
  const seen = '10.77.2.1';
  const outside = ['10.77.6.1', '10.77.5.1', '10.77.4.1', '10.77.3.1'];
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'home');
  });

  test('is reached by the segments of its own connection, where other probes fall silent', async () => {
    const { ask, process } = await startServer(onTestFinished, network, [], host);
    const auto = await ask('--tr-timeout', '0.3', '--tr-max-hops', '10');
    expect(addressesOf(auto)).toEqual([...outside, seen, seen, seen]);
    expect(auto.hops.map(({ inband }) => inband)).toEqual([false, false, false, false, true, true, true]);
    expect(auto.end).toMatchObject({ reason: 'target', hops: 7 });
    const inband = await ask('--tr-timeout', '0.3', '--tr-proto', 'inband');
    expect(addressesOf(inband)).toEqual([...outside, seen, seen, seen]);
    expect(inband.start).toMatchObject({ prober: 'inband', queries: 1 });
    const udp = await ask('--tr-timeout', '0.3', '--tr-proto', 'udp', '--tr-max-hops', '8');
    expect(addressesOf(udp)).toEqual([...outside, '', '', '', '']);
    expect(udp.end?.reason).toBe('hops');
    expect(process.stdout).toContain('no answer from the client');
  });

  test('and its server without the right to raw sockets shows the silence', async () => {
    const { ask } = await startServer(onTestFinished, network, [], host, asNobody);
    const auto = await ask('--tr-timeout', '0.3', '--tr-max-hops', '6');
    expect(addressesOf(auto)).toEqual([...outside, '', '']);
    expect((await ask('--tr-proto', 'inband')).error).toMatch(/the server cannot trace: .*in-band/);
  });
});
