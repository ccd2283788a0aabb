/** Paths that end before the target, in namespaces: routers that reject, in whatever words, and a last host that is down. */
import { beforeAll, expect, test } from 'vitest';
import { describeNeeding, program } from '../support/needs.js';
import { output } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';
import { runWperf } from '../support/wperf.js';
import { makeTopology, type Within } from './support/network.js';
import { addressesOf, runTraces, traceNeeds } from './support/traces.js';

const target = { 4: '10.77.5.2', 6: 'fd77:5::2' } as const;
const path = {
  4: ['10.77.0.2', '10.77.1.2', '10.77.2.2', '10.77.3.2', '10.77.4.2'],
  6: ['fd77::2', 'fd77:1::2', 'fd77:2::2', 'fd77:3::2', 'fd77:4::2'],
} as const;

/** Routers reject what is forwarded to these ports; the target's own refusals leave from another of its addresses. */
const rules = {
  r3: [
    'table inet wperf {',
    '  chain forward {',
    '    type filter hook forward priority 0;',
    '    udp dport 40000-40200 reject with icmpx port-unreachable',
    '    udp dport 41000-41200 reject with icmpx admin-prohibited',
    '    udp dport 42000-42200 reject with icmpx host-unreachable',
    '    tcp dport 444 reject with icmpx port-unreachable',
    '    ip daddr 10.77.5.1 icmp type echo-request reject with icmpx port-unreachable',
    '    ip6 daddr fd77:5::1 icmpv6 type echo-request reject with icmpx port-unreachable',
    '  }',
    '}',
  ],
  server: [
    'table inet wperf {',
    '  chain output {',
    '    type filter hook output priority 0;',
    '    icmp type destination-unreachable ip saddr set 10.77.5.3',
    '    icmpv6 type destination-unreachable ip6 saddr set fd77:5::3',
    '  }',
    '}',
  ],
} as const;

/** Routers that tell of no expired TTL, and reject UDP before they look at it, or after. */
const mute = {
  r2: [
    'chain before { type filter hook prerouting priority -300; udp dport 43000-43200 reject with icmpx port-unreachable; }',
  ],
  r3: [
    'chain forward { type filter hook forward priority 0; udp dport 45000-45200 reject with icmpx port-unreachable; }',
  ],
  r5: [
    'chain forward { type filter hook forward priority 0; udp dport 44000-44200 reject with icmpx port-unreachable; }',
  ],
} as const;
const muteOutput = [
  'chain output {',
  '  type filter hook output priority 0;',
  '  icmp type time-exceeded drop',
  '  icmpv6 type time-exceeded drop',
  '}',
];
/** Answers neither echo requests nor TCP. */
const shut = [
  'chain input {',
  '  type filter hook input priority 0;',
  '  icmp type echo-request drop',
  '  icmpv6 type echo-request drop',
  '  meta l4proto tcp drop',
  '}',
];

describeNeeding('five routers in a line', [...traceNeeds, program('nft', 'nftables')], () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'line');
    for (const [node, lines] of Object.entries(rules)) {
      await output([...network(node), 'nft', '-f', '-'], { input: lines.join('\n') });
    }
  });

  /** Beside the rules that stand, for as long as `body` runs. */
  async function having(tables: Readonly<Record<string, readonly string[]>>, body: () => Promise<void>): Promise<void> {
    const nft = (node: string, text: string) => output([...network(node), 'nft', '-f', '-'], { input: text });
    try {
      for (const [node, lines] of Object.entries(tables))
        await nft(node, ['table inet more {', ...lines, '}'].join('\n'));
      await body();
    } finally {
      for (const node of Object.keys(tables)) await nft(node, 'table inet more\ndelete table inet more');
    }
  }

  const withMute = (node: keyof typeof mute, body: () => Promise<void>, more = {}) =>
    having({ [node]: [...mute[node], ...muteOutput], ...more }, body);

  test('has an exit code of its own where the user needs the target', async () => {
    const codeOf = async (...words: string[]) => {
      const args = ['--traceroute', ...words, '--tr-no-dns', '--no-geoip'];
      const { exitCode, stdout, stderr } = await runWperf(args, { within: network('client') });
      expect(stderr).toBe('');
      return [exitCode, stdout.trim().split('\n').at(-1)];
    };
    const need = '--tr-require-target';
    const rejected = ['10.77.5.2', '--tr-port', '40000'];
    const passed = ['10.77.5.2', '--tr-max-hops', '2'];
    const refusal = '10.77.5.2 is not reached: the last hop passes nothing on to it';
    expect(await codeOf(...rejected)).toEqual([0, refusal]);
    expect(await codeOf(...rejected, need)).toEqual([6, refusal]);
    expect(await codeOf('10.77.5.9', need)).toEqual([
      6,
      '10.77.5.9 is not reached: the last hop passes nothing on to it',
    ]);
    expect(await codeOf(...passed, need)).toEqual([6, 'no answer from 10.77.5.2']);
    expect((await codeOf(...passed, need, '-J'))[0]).toBe(6);
    expect((await codeOf('10.77.4.2', need))[0]).toBe(0);
    expect((await codeOf('::ffff:10.77.4.2', need))[0]).toBe(0);
  });

  test('of which one rejects what it forwards and tells of no expired TTL, near to the target or skipped', async () => {
    for (const [node, port, firstHop] of [
      ['r5', 44_000, 1],
      ['r3', 45_000, 6],
    ] as const) {
      await withMute(node, async () => {
        for (const host of [target[4], target[6]]) {
          const [trace] = await runTraces({ network, user: 'root' }, [{ host, port, firstHop }]);
          expect(trace?.hops.at(-1)?.ttl).toBe(6);
          expect(trace?.end).toMatchObject({ reason: 'refused' });
        }
      });
    }
  });

  test('of which the last does so, before a target that answers TCP alone', async () => {
    const body = async () => {
      const [trace] = await runTraces({ network, user: 'root' }, [{ host: target[4], port: 44_000 }]);
      expect(trace?.end).toMatchObject({ reason: 'refused' });
    };
    await withMute('r5', body, { server: shut.filter((line) => !line.includes('tcp')) });
  });

  for (const user of ['root', 'nobody'] as const) {
    for (const family of [4, 6] as const) {
      test(`of which the third rejects, over IPv${family} as ${user}`, async () => {
        const host = target[family];
        const traces = await runTraces({ network, user }, [
          ...[40000, 41000, 42000].map((port) => ({ host, port, protocol: 'udp' as const })),
          { host, port: 444, protocol: 'tcp' },
          ...(user === 'root' ? [{ host: family === 4 ? '10.77.5.1' : 'fd77:5::1', protocol: 'icmp' as const }] : []),
        ]);
        for (const trace of traces) {
          expect(addressesOf(trace)).toEqual([1, 2, 3, 3].map((hop) => [path[family][hop - 1]]));
          expect(trace.end).toMatchObject({ reason: 'refused', hops: 4 });
          expect(trace.hops.at(-1)?.end).toBe('refused');
        }
      });

      test(`whose target answers from another of its addresses, over IPv${family} as ${user}`, async () => {
        const [trace] = await runTraces({ network, user }, [{ host: target[family] }]);
        expect(trace && addressesOf(trace).at(-1)).toEqual([family === 4 ? '10.77.5.3' : 'fd77:5::3']);
        expect(trace?.end).toMatchObject({ reason: 'target', hops: 6 });
      });
    }

    test(`of which one rejects and tells of no expired TTL, as ${user}`, async () => {
      const asked = [target[4], target[6]].map((host) => ({ host, port: 43_000 }));
      for (const server of [[], shut]) {
        await withMute(
          'r2',
          async () => {
            for (const [index, trace] of (await runTraces({ network, user }, asked)).entries()) {
              expect(addressesOf(trace)).toEqual([1, 2].map((hop) => [path[index === 0 ? 4 : 6][hop - 1]]));
              expect(trace.end).toMatchObject({ reason: 'refused', hops: 2 });
              expect(trace.end?.seconds).toBeLessThan(2.5);
            }
          },
          server.length > 0 ? { server } : {},
        );
      }
    });

    test(`of which one rejects that the trace skips, as ${user}`, async () => {
      for (const host of [target[4], target[6]]) {
        const [trace] = await runTraces({ network, user }, [{ host, port: 40_000, firstHop: 6 }]);
        expect(trace?.end).toMatchObject({ reason: 'refused', hops: 1 });
      }
    });

    test(`whose target drops all else and speaks from another address, as ${user}`, async () => {
      await having({ server: shut }, async () => {
        for (const host of [target[4], target[6]]) {
          const [trace] = await runTraces({ network, user }, [{ host }]);
          expect(trace?.end).toMatchObject({ reason: 'target', hops: 6 });
        }
      });
    });

    test(`of which the last finds its neighbor down, as ${user}`, async () => {
      const [one, six, serial, local] = await runTraces({ network, user }, [
        { host: '10.77.5.9' },
        { host: 'fd77:5::9' },
        { host: '10.77.5.8', serial: true, firstHop: 5, queries: 2 },
        { host: '10.77.0.9' },
      ]);
      const [tcp] = await runTraces({ network, user }, [{ host: '10.77.5.7', protocol: 'tcp' }]);
      for (const [trace, family, hops] of [
        [one, 4, 6],
        [six, 6, 6],
        [tcp, 4, 6],
        [serial, 4, 6],
      ] as const) {
        expect(trace?.error).toBeUndefined();
        expect(trace?.end).toMatchObject({ reason: 'refused' });
        const last = trace?.hops.at(-1);
        expect(last?.addresses).toMatchObject([{ ip: path[family][4], codes: ['!H'] }]);
        expect(last?.ttl).toBe(hops);
      }
      // Of this machine's own network, the word is this machine's own.
      expect(local?.hops.at(-1)?.addresses[0]?.codes).toEqual(['!H']);
    });
  }
});
