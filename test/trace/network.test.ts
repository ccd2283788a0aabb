/** Traces through real Linux routers in namespaces, compared with Debian's traceroute. */
import { beforeAll, expect, test } from 'vitest';
import type { Reply } from '../../src/trace/prober.js';
import { describeNeeding } from '../support/needs.js';
import { output, start } from '../support/processes.js';
import { undoAfterAll } from '../support/suite.js';
import { withUndo } from '../support/undo.js';
import { asNobody, makeTopology, type Within } from './support/network.js';
import { addressesOf, debianTraceroute, median, runTrace, runTraces, script, traceNeeds } from './support/traces.js';

const server4 = '10.77.5.2';
const server6 = 'fd77:5::2';
const path4 = ['10.77.0.2', '10.77.1.2', '10.77.2.2', '10.77.3.2', '10.77.4.2', server4];
const path6 = ['fd77::2', 'fd77:1::2', 'fd77:2::2', 'fd77:3::2', 'fd77:4::2', server6];
const single = (ips: readonly string[]) => ips.map((ip) => [ip]);

describeNeeding('five routers in a line', traceNeeds, () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'line');
  });

  const cases = [
    { user: 'nobody', protocol: 'udp', prober: 'linux-errqueue', debian: [] },
    { user: 'nobody', protocol: 'tcp', prober: 'linux-errqueue', debian: ['-T'] },
    { user: 'root', protocol: 'udp', prober: 'linux-raw', debian: [] },
    { user: 'root', protocol: 'icmp', prober: 'linux-raw', debian: ['-I'] },
    { user: 'root', protocol: 'tcp', prober: 'linux-raw', debian: ['-T'] },
  ] as const;
  for (const { user, protocol, prober, debian } of cases) {
    test.each([
      { host: server4, path: path4 },
      { host: server6, path: path6 },
    ])(`${protocol} as ${user} to $host sees what Debian's traceroute sees`, async ({ host, path }) => {
      const trace = await runTrace({ network, user }, { host, protocol });
      expect(addressesOf(trace)).toEqual(single(path));
      expect(addressesOf(trace)).toEqual((await debianTraceroute(network, [...debian, host])).map((hop) => hop.ips));
      expect(trace.start).toMatchObject({ prober, protocol, ip: host });
      expect(trace.end).toMatchObject({ reason: 'target', hops: 6, rateLimitedTtls: [] });
      for (const hop of trace.hops) expect(hop).toMatchObject({ sent: 3, lost: 0 });
    });
  }

  test('ICMP without privilege needs ping_group_range, and the refusal says so', async () => {
    const options = { network, user: 'nobody' } as const;
    const refused = await runTrace(options, { host: server4, protocol: 'icmp' });
    expect(refused.error?.code).toBe('trace-unavailable');
    expect(refused.error?.line).toMatch(/linux-raw: socket: EPERM.*linux-errqueue: socket: EACCES.*ping_group_range/);
    await output(['sysctl', '-qw', 'net.ipv4.ping_group_range=0 2147483647'], { within: network('client') });
    for (const [host, path] of [[server4, path4] as const, [server6, path6] as const]) {
      const trace = await runTrace(options, { host, protocol: 'icmp' });
      expect(trace.start?.prober).toBe('linux-errqueue');
      expect(addressesOf(trace)).toEqual(single(path));
    }
  });

  test.each(['root', 'nobody'] as const)('four traces at once as %s never mix', async (user) => {
    const targets = [server4, '10.77.2.2', server6, 'fd77:3::2'];
    const paths = [path4, path4.slice(0, 3), path6, path6.slice(0, 4)];
    const traces = await runTraces(
      { network, user },
      targets.map((host) => ({ host })),
    );
    expect(traces.map(addressesOf)).toEqual(paths.map(single));
    for (const hop of traces.flatMap((trace) => trace.hops)) expect(hop.lost).toBe(0);
  });

  test.each([
    { user: 'root', protocol: 'udp' },
    { user: 'root', protocol: 'icmp' },
    { user: 'root', protocol: 'tcp' },
    { user: 'nobody', protocol: 'udp' },
  ] as const)('foreign ICMP never shows: $protocol as $user beside pings', async ({ user, protocol }) => {
    await withUndo(async (during) => {
      // Pings that end in echo replies, and pings that die on the way.
      for (const ttl of [[], ['-t', '2'], ['-t', '4']]) {
        await start(during, ['ping', '-q', '-i', '0.001', ...ttl, server4], { within: network('client') });
      }
      const hosts = [server4, server4, server4].map((host) => ({ host, protocol }));
      const traces = await runTraces({ network, user }, hosts);
      expect(traces.map(addressesOf)).toEqual([single(path4), single(path4), single(path4)]);
    });
  });

  test.each([
    { user: 'root', busyMs: 0 },
    { user: 'root', busyMs: 20 },
    { user: 'nobody', busyMs: 0 },
    { user: 'nobody', busyMs: 20 },
  ] as const)("round trips as $user agree with Debian's within 0.1 ms, $busyMs ms busy", async ({ user, busyMs }) => {
    const ours: number[][] = path4.map(() => []);
    const debians: number[][] = path4.map(() => []);
    for (let round = 0; round < 5; round++) {
      const trace = await runTrace({ network, user, busyMs }, { host: server4 });
      for (const hop of trace.hops) ours[hop.ttl - 1]?.push(...hop.addresses.flatMap((address) => address.rttsMs));
      const debian = await debianTraceroute(network, [server4]);
      for (const [index, hop] of debian.entries()) debians[index]?.push(...hop.rttsMs);
    }
    const differences = path4.map((_, index) => median(ours[index] ?? []) - median(debians[index] ?? []));
    for (const difference of differences) expect(Math.abs(difference)).toBeLessThan(0.1);
  });

  test.each([
    { host: server4, path: path4 },
    { host: server6, path: path6 },
  ])('without koffi root traces to $host by raw-socket', async ({ host, path }) => {
    const options = { network, user: 'root', without: ['koffi'] } as const;
    const traces = await runTraces(options, [{ host }, { host }]);
    expect(traces.map(addressesOf)).toEqual([single(path), single(path)]);
    expect(traces[0]?.start).toMatchObject({ prober: 'raw-socket', protocol: 'icmp' });
  });

  test('without koffi too a probe that this machine does not send is told at once', async () => {
    const { error } = await runTrace({ network, user: 'root', without: ['koffi'] }, { host: '203.0.113.1' });
    expect(error?.code).toBe('unreachable');
    expect(error?.line).toMatch(
      /^cannot send to 203\.0\.113\.1 \(Network is unreachable\): see whether there is a route to it, and a firewall that lets no probes out$/,
    );
  });

  test('where no way is open, one line says why and what to do', async () => {
    const options = { network, user: 'nobody', without: ['koffi', 'raw-socket'] } as const;
    const { error } = await runTrace(options, { host: server4 });
    expect(error?.code).toBe('trace-unavailable');
    expect(error?.line).toMatch(/koffi is not installed.*raw-socket is not installed.*npm install koffi.*sudo.*setcap/);
    const allowed = await runTrace({ ...options, without: ['koffi'] }, { host: server4 });
    expect(allowed.error?.line).toMatch(/raw-socket: Operation not permitted/);
  });

  test('a first hop, a last hop and one probe at a time', async () => {
    const options = { host: server4, firstHop: 3, maxHops: 4, queries: 2, serial: true };
    const trace = await runTrace({ network, user: 'nobody' }, options);
    expect(trace.hops.map((hop) => [hop.ttl, hop.sent])).toEqual([
      [3, 2],
      [4, 2],
    ]);
    expect(trace.end?.reason).toBe('hops');
  });

  test('an error that is pending from an earlier probe fails no later one', async () => {
    for (const host of [server4, server6]) {
      const words = [...asNobody, ...script('send-without-hearing.mjs'), host];
      const text = await output(words, { within: network('client') });
      const replies: Reply[] = JSON.parse(text);
      expect(replies.map((reply) => reply.id).sort()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(median(replies.map((reply) => reply.rttMs))).toBeLessThan(2);
    }
  });

  test('a UDP service that answers on the probed port is the target', async () => {
    const service = `require('dgram').createSocket('udp4', function (message, { port, address }) {
      this.send('here', port, address);
    }).bind(33452, () => console.log('ready'))`;
    const running = await start(later, [process.execPath, '-e', service], { within: network('server') });
    await running.outputMatching(/ready/);
    const options = { host: server4, firstHop: 6, maxHops: 6, queries: 1, port: 33452 };
    const trace = await runTrace({ network, user: 'nobody' }, options);
    expect(addressesOf(trace)).toEqual([[server4]]);
    expect(trace.end?.reason).toBe('target');
  });

  test('an address nobody has a route to is one clear line', async () => {
    const trace = await runTrace({ network, user: 'nobody' }, { host: '192.0.2.1' });
    expect(trace.error).toMatchObject({ code: 'unreachable' });
    expect(trace.error?.line).toContain('cannot send to 192.0.2.1 (ENETUNREACH)');
  });
});

describeNeeding('four routers that limit their ICMP', traceNeeds, () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'limited');
  });

  test.each(['10.77.4.2', 'fd77:4::2'])('a trace to %s trips no limit, not even the target of six', async (host) => {
    const trace = await runTrace({ network, user: 'nobody' }, { host });
    expect(trace.hops.map((hop) => hop.lost)).toEqual([0, 0, 0, 0, 0]);
  });
});
