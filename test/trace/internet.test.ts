/** Traces through a fake Internet with exact delays: ECMP, MPLS, silence, refusal, loss, long lines. */
import { beforeAll, expect, test } from 'vitest';
import type { TraceHop } from '../../src/events/route.js';
import { describeNeeding } from '../support/needs.js';
import { start } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';
import { withUndo } from '../support/undo.js';
import { makeInternet, type Within } from './support/network.js';
import { addressesOf, debianTraceroute, median, runTrace, runTraces, traceNeeds } from './support/traces.js';

const users = ['nobody', 'root'] as const;

describeNeeding('a small Internet', traceNeeds, () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeInternet(later, 'internet');
  });

  const trace = (user: (typeof users)[number], host: string, options = {}) =>
    runTrace({ network, user }, { host, timeoutSeconds: 0.3, ...options });

  test('ports that vary show every router that shares the load', async () => {
    for (const [host, routers] of [
      ['10.99.0.1', ['10.98.2.1', '10.98.2.2']],
      ['fd99::1', ['fd98:2::1', 'fd98:2::2']],
    ] as const) {
      expect(addressesOf(await trace('nobody', host))[1]).toEqual(routers);
    }
  });

  test.each(['udp', 'tcp', 'icmp'] as const)('raw %s keeps one flow, and so one router', async (protocol) => {
    for (const host of ['10.99.0.1', 'fd99::1']) {
      const { hops } = await trace('root', host, { protocol, queries: 4, maxHops: 3 });
      expect(hops[1]?.addresses).toHaveLength(1);
      expect(hops[1]).toMatchObject({ sent: 4, lost: 0 });
    }
  });

  test('no answer that comes while a connection attempt is looked at is lost', async () => {
    const traces = Array.from({ length: 20 }, () => ({ host: '10.99.0.5', protocol: 'tcp' }) as const);
    const results = await runTraces({ network, user: 'nobody' }, traces);
    expect(results.flatMap(({ hops }) => hops).filter(({ lost }) => lost > 0)).toEqual([]);
  });

  test.each(users)('MPLS labels, a silent hop and a long way back as %s', async (user) => {
    const { hops, end } = await trace(user, '10.99.0.1');
    expect(hops[2]?.addresses[0]?.mpls).toEqual([
      { label: 24001, trafficClass: 0, bottom: false, ttl: 1 },
      { label: 17, trafficClass: 0, bottom: true, ttl: 1 },
    ]);
    expect(hops[3]).toMatchObject({ addresses: [], sent: 3, lost: 3, rtt: null, rateLimited: false });
    expect(hops.map((hop) => hop.addresses[0]?.returnHops)).toEqual([1, 2, 3, undefined, 11, 6]);
    expect(end).toMatchObject({ reason: 'target', hops: 6, rateLimitedTtls: [] });
  });

  test.each(users)('MPLS labels over IPv6 as %s', async (user) => {
    const { hops } = await trace(user, 'fd99::1');
    expect(hops[2]?.addresses[0]?.mpls).toEqual([{ label: 24001, trafficClass: 0, bottom: true, ttl: 1 }]);
  });

  test.each(users)('loss at a middle hop only is rate limiting as %s', async (user) => {
    const { hops, end } = await trace(user, '10.99.0.2');
    expect(hops.map((hop) => [hop.lost, hop.rateLimited])).toEqual([
      [0, false],
      [2, true],
      [0, false],
      [0, false],
    ]);
    expect(end?.rateLimitedTtls).toEqual([2]);
  });

  test.each(users)('a router that refuses ends the trace as %s', async (user) => {
    const { hops, end } = await trace(user, '10.99.0.3');
    expect(hops.at(-1)).toMatchObject({ ttl: 3, end: 'refused', addresses: [{ ip: '10.98.3.1', codes: ['!X'] }] });
    expect(end?.reason).toBe('refused');
  });

  test('a target that drops everything costs the wait for a last word, not a timeout a hop', async () => {
    const { hops, end } = await trace('nobody', '10.99.0.4', { timeoutSeconds: 1 });
    expect(hops).toHaveLength(30);
    expect(end?.reason).toBe('hops');
    expect(end?.seconds).toBeLessThan(4.5);
    const { end: hurried } = await trace('nobody', '10.99.0.4', { timeoutSeconds: 1, lastWordSeconds: 0 });
    expect(hurried?.seconds).toBeLessThan(2);
  });

  test.each(users)('ten hops 124 ms away are known in about that time as %s', async (user) => {
    const { hops, end } = await trace(user, '10.99.0.5');
    expect(addressesOf({ hops, end, start: undefined, error: undefined })).toHaveLength(10);
    expect(end?.seconds).toBeLessThan(1.5 * 0.124);
  });

  test('a handshake and a reset are the target', async () => {
    for (const user of users) {
      for (const host of ['10.99.0.5', '10.99.0.1']) {
        const { end } = await trace(user, host, { protocol: 'tcp' });
        expect(end?.reason).toBe('target');
      }
    }
  });

  test.each(users)('round trips are those of the path, the event loop busy or not, as %s', async (user) => {
    for (const busyMs of [0, 20]) {
      const options = { network, user, busyMs };
      const request = { host: '10.99.0.1', timeoutSeconds: 0.3 };
      const results = await runTraces(options, [request, request, request]);
      const medians = [1, 2, 3, 5, 6].map((ttl) =>
        medianOf(
          results.flatMap((result) => result.hops),
          ttl,
        ),
      );
      const expected = [5, 10, 15, 25, 30];
      for (const [index, median] of medians.entries()) {
        expect(median).toBeGreaterThanOrEqual(expected[index] ?? 0);
        expect(median).toBeLessThan((expected[index] ?? 0) + 1);
      }
    }
  });

  test.each([
    { user: 'root', protocol: 'icmp' },
    { user: 'root', protocol: 'udp' },
    { user: 'root', protocol: 'tcp' },
    { user: 'nobody', protocol: 'udp' },
  ] as const)('foreign ICMP never fills a silent hop: $protocol as $user beside pings', async ({ user, protocol }) => {
    await withUndo(async (during) => {
      // Each run of pings counts from one again, so their numbers are those of probes that are out.
      const ping = 'ping -q -c 30 -i 0.002 -W 0.01 -t 2 10.99.0.1 >/dev/null';
      await start(during, ['sh', '-c', `while :; do ${ping}; done`], { within: network('client') });
      const { hops } = await trace(user, '10.99.0.1', { protocol });
      expect(hops[3]).toMatchObject({ addresses: [], sent: 3, lost: 3 });
      expect(hops.map((hop) => hop.addresses.length > 0)).toEqual([true, true, true, false, true, true]);
    });
  });

  test("Debian's traceroute sees the same hops", async () => {
    for (const host of ['10.99.0.2', '10.99.0.3', '10.99.0.5']) {
      const debian = await debianTraceroute(network, ['-q', '1', host]);
      expect(addressesOf(await trace('nobody', host))).toEqual(debian.map((hop) => hop.ips));
    }
  });
});

function medianOf(hops: readonly TraceHop[], ttl: number): number {
  const addresses = hops.filter((hop) => hop.ttl === ttl).flatMap((hop) => hop.addresses);
  return median(addresses.flatMap(({ rttsMs }) => [...rttsMs]));
}
