/** Load by what is not the WebSocket, behind NAT and over links that are slow, lossy, narrow or shut, beside iperf3. */
import { expect, onTestFinished, test } from 'vitest';
import { moduleFile } from '../support/modules.js';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { addresses, type Lab, type LabPlan, makeLab } from '../support/netlab.js';
import { runIperf3, startIperf3Server } from '../support/peers/iperf3.js';
import { output } from '../support/processes.js';
import { startWperfServer, wperf } from '../support/wperf.js';

const needs = [networkNamespaces, program('iperf3'), program('nft', 'nftables')];

interface Packets {
  readonly bits_per_second: number;
  readonly lost_percent: number;
  readonly jitter_ms: number;
}

interface Report {
  readonly start: {
    readonly transport: string;
    readonly packets?: string;
    readonly longest_datagram?: { readonly up: number; readonly down: number };
    readonly test_start: { readonly blksize: number };
  };
  readonly end: {
    readonly sum: Packets;
    readonly sum_received: Packets;
    readonly streams: readonly { readonly sender?: { readonly statistics?: Readonly<Record<string, number>> } }[];
  };
  readonly notes?: readonly string[];
}

async function labWith(plan: LabPlan, serverArgs: readonly string[] = []) {
  const lab = await makeLab(onTestFinished, plan);
  const place = { host: addresses.server, within: lab.within('server') };
  const { port } = await startWperfServer(onTestFinished, serverArgs, place);
  const run = (...args: readonly string[]) =>
    lab.exec('client', wperf('-c', `${addresses.server}:${port}`, ...args), { timeoutSeconds: 40 });
  const measure = async (...args: readonly string[]): Promise<Report> => {
    const { stdout, stderr, exitCode } = await run(...args, '-J');
    if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${exitCode} ${stdout}${stderr}`);
    return JSON.parse(stdout);
  };
  return { lab, run, measure };
}

/** Drops what the rule fits, where the router passes it on. */
async function drop(lab: Lab, rule: string): Promise<void> {
  const chain = `type filter hook forward priority -1\n${rule} drop\n`;
  await output([...lab.within('router'), 'nft', '-f', '-'], { input: `table ip hole {\nchain pass {\n${chain}}\n}\n` });
}

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

  test.each([[[]], [['-R']]])('reads what is lost of more than the link carries, %j', async (way) => {
    const { lab, measure } = await labWith({ rateMbit: 10, queueMs: 50 });
    const peer = await startIperf3Server(onTestFinished, { host: addresses.server, within: lab.within('server') });
    const args = ['-b', '15M', '-l', '1200', '-t', '5', ...way];
    const theirs = (await runIperf3(peer, ['-u', ...args], { within: lab.within('client'), timeoutSeconds: 30 }))
      .end as unknown as Report['end'];
    const ours = (await measure('--proto', 'udp', ...args)).end;
    const told = JSON.stringify({ theirs: theirs.sum, ours: ours.sum });
    expect(Math.abs(ours.sum.lost_percent - theirs.sum.lost_percent), told).toBeLessThan(1);
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

describeNeeding('over a link that loses 2 percent, behind NAT', needs, () => {
  test.each([['tcp'], ['kcp'], ['plain.mjs'], ['h2.mjs']])('load goes by %s both ways', async (name) => {
    const proto = name.endsWith('.mjs') ? await moduleFile(onTestFinished, name) : name;
    const serverArgs = proto === name ? [] : ['--proto', proto];
    const { measure } = await labWith({ rateMbit: 20, delayMs: 10, lossPercent: 2 }, serverArgs);
    for (const way of [[], ['-R'], ['--bidir', '-P', '2']]) {
      const { start, end } = await measure('--proto', proto, '-t', '3', ...way);
      expect(start.transport).toBe(name.replace('.mjs', ''));
      expect(end.sum_received.bits_per_second).toBeGreaterThan(50_000);
      const { retransmits } = end.streams[0]?.sender?.statistics ?? {};
      if (name === 'kcp') expect(retransmits).toBeGreaterThan(0);
    }
  });
});

describeNeeding('a path', needs, () => {
  test.each([
    ['both ways', 'ip protocol udp'],
    ['up', 'ip protocol udp iifname "lan"'],
    ['down', 'ip protocol udp iifname "wan"'],
  ])('on which UDP is blocked %s is told within 3 s, with the way on', async (_which, rule) => {
    const { lab, run } = await labWith({});
    await drop(lab, rule);
    const beganAt = performance.now();
    const { exitCode, stderr } = await run('--proto', 'udp', '-t', '1');
    expect(performance.now() - beganAt).toBeLessThan(4000);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^wperf: error: UDP does not get through to 198\.51\.100\.10:\d+: no answer came within 3 s/,
    );
    expect(stderr).toContain('measure packets over WebSocket: --udp without --proto udp');
    expect((await run('-u', '-t', '1')).exitCode).toBe(0);
  });

  test('that takes no long datagrams, and says nothing, has packets that fit', async () => {
    const { lab, measure, run } = await labWith({});
    await drop(lab, 'ip protocol udp meta length > 1300');
    const { start, end } = await measure('--proto', 'udp', '-t', '1');
    expect(start.test_start.blksize).toBe(1232);
    expect(end.sum.lost_percent).toBe(0);
    const { exitCode, stderr } = await run('--proto', 'udp', '-t', '1', '-l', '1472');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('UDP packets of 1472 bytes do not get through, though those of 1232 do');
  });

  test('that takes less one way than the other is measured each way', async () => {
    const { lab, measure } = await labWith({});
    await drop(lab, 'ip protocol udp iifname "lan" meta length > 1300');
    const { start } = await measure('--proto', 'udp', '-t', '1', '--probe-mtu');
    // The router's rule counts the header of IP, and not that of Ethernet.
    expect(start.longest_datagram).toEqual({ up: 1272, down: 1472 });
  });

  test('of usual Ethernet has packets that fill a frame, and longer ones in fragments if they must be', async () => {
    const { measure } = await labWith({});
    const { start } = await measure('--proto', 'udp', '-t', '1');
    expect(start).toMatchObject({ packets: 'real', transport: 'udp', test_start: { blksize: 1472 } });
    const long = await measure('--proto', 'udp', '-t', '1', '-l', '4000');
    expect(long.start.test_start.blksize).toBe(4000);
    expect(long.notes).toContain('Packets of 4000 bytes go in fragments: the path takes 1472 in one piece.');
    expect(long.end.sum.lost_percent).toBe(0);
  });
});
