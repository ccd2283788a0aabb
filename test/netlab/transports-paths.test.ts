/** Real packets over paths that are narrow, or shut to them. */
import { expect, test } from 'vitest';
import { describeNeeding, networkNamespaces, program } from '../support/needs.js';
import { drop, labWith, refuse } from './transport-lab.js';

const needs = [networkNamespaces, program('nft', 'nftables')];

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
    expect(performance.now() - beganAt).toBeLessThan(5000);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^wperf: error: UDP does not get through to 198\.51\.100\.10:\d+: no answer came within 3 s/,
    );
    expect(stderr).toContain('measure over WebSocket, which passes: --udp for packets, without --proto');
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

  test('that takes no long datagrams down, and says nothing, has datagrams of KCP that fit', async () => {
    const { lab, measure } = await labWith({});
    await drop(lab, 'ip protocol udp iifname "wan" meta length > 1300');
    const { end } = await measure('--proto', 'kcp', '-R', '-b', '5M', '-t', '1');
    expect(end.sum_received.bits_per_second).toBeGreaterThan(4e6);
  });

  test('that takes less one way than the other is measured each way', async () => {
    const { lab, measure } = await labWith({});
    await drop(lab, 'ip protocol udp iifname "lan" meta length > 1300');
    const { start } = await measure('--proto', 'udp', '-t', '1', '--probe-mtu');
    // The router's rule counts the header of IP, and not that of Ethernet.
    expect(start.longest_datagram).toEqual({ up: 1272, down: 1472 });
    const shorter = await measure('--proto', 'udp', '-t', '1', '--probe-mtu', '-l', '1000');
    expect(shorter.start.longest_datagram).toEqual({ up: 1272, down: 1472 });
  });

  test('is probed in one piece, where load itself goes in fragments', async () => {
    const { measure } = await labWith({});
    const { start, end } = await measure('--proto', 'udp', '-t', '1', '--probe-mtu', '-l', '4000');
    expect(start.longest_datagram).toEqual({ up: 1472, down: 1472 });
    expect([start.test_start.blksize, end.sum.lost_percent]).toEqual([4000, 0]);
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

  test.each([
    ['udp', '', 'client'],
    ['udp', '-R', 'server'],
    ['kcp', '', 'client'],
    ['kcp', '-R', 'server'],
  ] as const)('is not blamed for what a firewall of an end refuses of its own: %s %s', async (proto, way, host) => {
    const { lab, measure } = await labWith({});
    await refuse(lab, host, 'ip protocol udp limit rate over 200/second burst 50 packets');
    const { end } = await measure('--proto', proto, '-b', '5M', '-t', '1', ...(way ? [way] : []));
    const refused = (end.warnings ?? []).flatMap(
      (text) => /^The system of the (\w+) refused to send (\d+) datagrams/.exec(text) ?? [],
    );
    expect(refused[1]).toBe(host);
    expect(Number(refused[2])).toBeGreaterThan(100);
  });

  test.each([
    ['--proto', 'udp'],
    ['--iperf3', '-u'],
  ])('is not blamed where a firewall of the client lets no UDP out: %s %s', async (...asked) => {
    const { lab, run } = await labWith({});
    await refuse(lab, 'client', 'ip protocol udp');
    const beganAt = performance.now();
    const { exitCode, stderr } = await run(...asked, '-t', '1');
    expect(performance.now() - beganAt).toBeLessThan(8000);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('this machine refuses to send UDP to 198.51.100.10:');
  });
});
