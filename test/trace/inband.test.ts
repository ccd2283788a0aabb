/** Traces back to a client along its own connection: through NAT and a firewall, and over a path with exact delays. */
import { beforeAll, expect, test } from 'vitest';
import { describeNeeding } from '../support/needs.js';
import { start } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';
import { withUndo } from '../support/undo.js';
import { type InbandResult, type InbandRun, runInband } from './support/inband.js';
import { asNobody, makeInternet, makeTopology, type Within } from './support/network.js';
import { addressesOf, median, traceNeeds } from './support/traces.js';

const single = (ips: readonly string[]) => ips.map((ip) => (ip === '*' ? [] : [ip]));

async function one(run: InbandRun): Promise<InbandResult> {
  const [result] = await runInband(run);
  if (result === undefined) throw new Error('no result');
  return result;
}

/** Not a byte was lost or came twice, either way, and the connection sends as before. */
function expectWhole({ told, echoes, sent, ttl }: InbandResult): void {
  expect(echoes).toEqual(sent);
  expect(told).toEqual(told.map((_, number) => String(number)));
  expect(told.length).toBeGreaterThan(0);
  expect(ttl).toBe(64);
}

describeNeeding('a client behind NAT and a firewall', traceNeeds, () => {
  const later = undoAfterAll();
  const server = { 4: '10.77.6.2', 6: 'fd77:6::2' } as const;
  /** What the server sees of the client; NAT gives what is behind it the address of the router that does it. */
  const seen = { 4: '10.77.2.1', 6: 'fd77::1' } as const;
  const path = {
    4: ['10.77.6.1', '10.77.5.1', '10.77.4.1', '10.77.3.1', seen[4], seen[4], seen[4]],
    6: ['fd77:6::1', 'fd77:5::1', 'fd77:4::1', 'fd77:3::1', 'fd77:2::1', 'fd77:1::1', seen[6]],
  } as const;
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'home');
  });

  const home = (family: 4 | 6 = 4) => ({
    server: network('server'),
    client: network('client'),
    host: server[family],
  });

  test.each([
    { family: 4, secure: false },
    { family: 4, secure: true },
    { family: 6, secure: false },
    { family: 6, secure: true },
  ] as const)('in band over IPv$family, TLS $secure, it ends at the client', async ({ family, secure }) => {
    const result = await one({ ...home(family), secure });
    expect(addressesOf(result)).toEqual(single(path[family]));
    expect(result.start).toMatchObject({ prober: 'inband', protocol: 'tcp', ip: seen[family], queries: 1 });
    expect(result.end).toMatchObject({ reason: 'target', hops: 7 });
    expect(median(result.hops.map(({ rtt }) => rtt?.maxMs ?? Number.NaN))).toBeLessThan(20);
    // One a hop; TCP repeats more by itself while a busy machine keeps an answer waiting.
    expect(result.retransmits).toBeGreaterThanOrEqual(6);
    expect(result.retransmits).toBeLessThanOrEqual(4 * 6);
    expectWhole(result);
  });

  test('it goes on from the hop where another trace fell silent', async () => {
    const result = await one({ ...home(), options: { firstHop: 5, queries: 2 } });
    expect(result.hops.map((hop) => [hop.ttl, hop.sent, hop.lost])).toEqual([
      [5, 2, 0],
      [6, 2, 0],
      [7, 2, 0],
    ]);
    expect(addressesOf(result)).toEqual(single(path[4].slice(4)));
    expectWhole(result);
  });

  test.each([4, 6] as const)('four at once over IPv%i never mix', async (family) => {
    const results = await runInband({ ...home(family), connections: 4 });
    expect(results.map(addressesOf)).toEqual(Array(4).fill(single(path[family])));
    for (const result of results) expectWhole(result);
  });

  test('foreign ICMP never shows: in band beside pings that die on the way', async () => {
    await withUndo(async (during) => {
      for (const ttl of ['1', '2', '4']) {
        const words = ['ping', '-q', '-i', '0.001', '-t', ttl, seen[4]];
        await start(during, words, { within: network('server') });
      }
      const results = await runInband({ ...home(), connections: 3 });
      expect(results.map(addressesOf)).toEqual(Array(3).fill(single(path[4])));
    });
  });

  test('without the right to raw sockets one line says so', async () => {
    const run = home();
    const result = await one({ ...run, server: [...run.server, ...asNobody] });
    expect(result.error).toMatchObject({ code: 'trace-unavailable' });
    expect(result.error?.line).toBe(
      'no in-band probes from here (socket: EPERM): they need Linux, the package koffi (npm install koffi), and sudo or setcap cap_net_raw+ep on node',
    );
    expectWhole(result);
  });
});

describeNeeding('a path with a silent hop and exact delays', traceNeeds, () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeInternet(later, 'internet');
  });

  /** Server and client are on one machine, and meet across the path. */
  const across = (family: 4 | 6 = 4) => ({
    server: network('client'),
    client: network('client'),
    listen: family === 4 ? '10.97.0.1' : 'fd97::1',
    host: family === 4 ? '10.99.0.6' : 'fd99::6',
  });
  const paths = {
    4: { ips: ['10.98.1.1', '10.98.2.1', '*', '10.98.4.1', '10.99.0.6'], ms: [5, 10, Number.NaN, 20, 30] },
    6: { ips: ['fd98:1::1', '*', 'fd98:3::1', 'fd99::6'], ms: [5, Number.NaN, 15, 20] },
  } as const;

  test.each([
    { family: 4, secure: false },
    { family: 4, secure: true },
    { family: 6, secure: false },
    { family: 6, secure: true },
  ] as const)('a silent hop over IPv$family, TLS $secure, is a star and no end', async ({ family, secure }) => {
    const { ips, ms } = paths[family];
    const result = await one({ ...across(family), secure });
    expect(addressesOf(result)).toEqual(single(ips));
    expect(result.end).toMatchObject({ reason: 'target', rateLimitedTtls: [] });
    for (const [index, expected] of ms.entries()) {
      const { rtt } = result.hops[index] ?? {};
      if (Number.isNaN(expected)) expect(rtt).toBeNull();
      else expect(rtt?.minMs).toBeGreaterThanOrEqual(expected);
    }
    const excessMs = ms.map((expected, index) => (result.hops[index]?.rtt?.maxMs ?? Number.NaN) - expected);
    expect(median(excessMs.filter((excess) => !Number.isNaN(excess)))).toBeLessThan(3);
    expectWhole(result);
  });

  test('a router that answers too late is not taken for the next', async () => {
    const result = await one({ ...across(), host: '10.99.0.7', options: { timeoutSeconds: 0.3 } });
    expect(addressesOf(result)).toEqual(single(['10.98.1.1', '*', '*', '10.98.4.1', '10.99.0.7']));
    expectWhole(result);
  });

  test('a pong that comes long after its acknowledgement belongs to its own probe', async () => {
    const result = await one({ ...across(), busyMs: 150 });
    expect(addressesOf(result)).toEqual(single(paths[4].ips));
    expect(result.hops[4]?.rtt?.minMs).toBeGreaterThanOrEqual(30);
    expectWhole(result);
  });

  test('MPLS labels and the length of the way back are told', async () => {
    const { hops } = await one({ ...across(), options: { maxHops: 4, timeoutSeconds: 0.3 } });
    expect(hops[1]?.addresses[0]?.mpls.map(({ label }) => label)).toEqual([24001, 17]);
    expect(hops[3]?.addresses[0]?.returnHops).toBe(11);
  });

  test('a trace cut short leaves the connection as it was', async () => {
    const results = await runInband({ ...across(), connections: 2, cutMs: 400 });
    for (const result of results) {
      expect(addressesOf(result)).toEqual(single(paths[4].ips.slice(0, 2)));
      expect(result.end?.reason).toBe('interrupted');
      expectWhole(result);
    }
  });
});
