/** Traces back to a client that are stopped, or left in the lurch: what they wait for takes its time. */
import { beforeAll, expect, test } from 'vitest';
import { describeNeeding } from '../support/needs.js';
import { undoAfterAll } from '../support/suite.js';
import { type InbandRun, runInband } from './support/inband.js';
import { makeInternet, makeTopology, type Within } from './support/network.js';
import { addressesOf, runTrace, traceNeeds } from './support/traces.js';

describeNeeding('a client behind NAT and a firewall', traceNeeds, () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeTopology(later, 'home');
  });

  const clients = {
    4: { host: '10.77.2.1', routers: ['10.77.6.1', '10.77.5.1', '10.77.4.1', '10.77.3.1'] },
    6: { host: 'fd77::1', routers: ['fd77:6::1', 'fd77:5::1', 'fd77:4::1', 'fd77:3::1', 'fd77:2::1'] },
  } as const;

  test.each([
    { family: 4, protocol: 'udp' },
    { family: 4, protocol: 'icmp' },
    { family: 4, protocol: 'tcp' },
    { family: 6, protocol: 'udp' },
    { family: 6, protocol: 'icmp' },
    { family: 6, protocol: 'tcp' },
  ] as const)('$protocol over IPv$family stops before the client', async ({ family, protocol }) => {
    const { host, routers } = clients[family];
    const options = { host, protocol, timeoutSeconds: 0.3, maxHops: 8 };
    const trace = await runTrace({ network: () => network('server'), user: 'root' }, options);
    const silent = Array(8 - routers.length).fill([]);
    expect(addressesOf(trace)).toEqual([...routers.map((ip) => [ip]), ...silent]);
    expect(trace.end?.reason).toBe('hops');
  });
});

describeNeeding('a client across a path', traceNeeds, () => {
  const later = undoAfterAll();
  let network: Within;

  beforeAll(async () => {
    network = await makeInternet(later, 'internet');
  });

  /** Server and client are on one machine, and meet across the path. */
  const traced = async (how: Partial<InbandRun>) => {
    const [result] = await runInband({
      ...{ server: network('client'), client: network('client'), listen: '10.97.0.1', host: '10.99.0.6' },
      ...how,
    });
    return result;
  };

  test('that answers no more ends the trace with one line, in time', async () => {
    const { error } = (await traced({ freezeMs: 600 })) ?? {};
    expect(error?.code).toBe('peer-lost');
    expect(error?.line).toMatch(/^the connection to 10\.99\.0\.6:\d+ has answered no ping for 10 s$/);
  });

  test('that leaves ends the trace with one line', async () => {
    const { error, hops } = (await traced({ leaveMs: 600 })) ?? {};
    expect(hops).toHaveLength(2);
    expect(error?.code).toBe('peer-lost');
    expect(error?.line).toMatch(/^the connection to 10\.99\.0\.6:\d+ closed during the trace$/);
  });
});
