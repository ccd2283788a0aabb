/** A name with several addresses: a whole test goes to one of them, which its report names. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { runClientPlan, runPingPlan, runReverseTracePlan } from '../../src/client.js';
import { traceBothRoutes } from '../../src/modes/route/both.js';
import { DocumentBuilder } from '../../src/report/json/document.js';
import { jsonReporter } from '../../src/report/json/whole.js';
import { TextReporter } from '../../src/report/text/load/load.js';
import { startServerPlan } from '../../src/server/server.js';
import type { Connected, Transport } from '../../src/transport/transport.js';
import { makeWsTransport } from '../../src/transport/ws/connect.js';
import { Kept } from '../report/kept.js';
import { collect } from '../support/events.js';
import { startRelay } from '../support/peers/relay.js';
import { startScripted, tunnel } from '../support/peers/scripted-proxy.js';
import { clientPlan, pingPlan, reverseTracePlan } from '../support/plans.js';
import { freePort } from '../support/ports.js';

const anywhere = { host: '127.0.0.1', port: 0, oneOff: false };
const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

/** Servers at all of them, a name whose addresses rotate, and where each connection led. */
async function rotating() {
  const port = await freePort();
  for (const host of addresses) {
    const server = await startServerPlan({ host, port, oneOff: false });
    onTestFinished(() => server.close());
  }
  let asked = 0;
  const families: unknown[] = [];
  const resolve = async (_name: string, family: unknown) => {
    asked += 1;
    families.push(family);
    return addresses.map((_, i) => addresses[(i + asked) % addresses.length] ?? '');
  };
  const ws = makeWsTransport({ resolve });
  const led: string[] = [];
  const transport: Transport = {
    connect: async (way, hooks): Promise<Connected> => {
      const connected = await ws.connect(way, hooks);
      led.push(connected.channel.info.remoteHost);
      return connected;
    },
  };
  return { target: { host: 'wperf.test', port, secure: false, path: '/' }, transport, led, families };
}

test.each([
  ['up', false],
  ['bidir', true],
] as const)(
  '%s: all streams and the connection beside them go to one address, named in the head',
  async (direction, latency) => {
    const { target, transport, led } = await rotating();
    for (let run = 0; run < addresses.length; run++) {
      led.length = 0;
      const plan = clientPlan(target.port, { target, direction, streams: 4, latency });
      const { all, start, end } = await collect(runClientPlan(plan, { transport }));
      expect(end).toBeDefined();
      const [address = ''] = led;
      expect(led).toEqual(Array(latency ? 5 : 4).fill(address));
      expect(start?.streams.map(({ remoteHost }) => remoteHost)).toEqual(Array(4).fill(address));
      const [text, json] = [new Kept(), new Kept()];
      const identity = { software: 'wperf', systemInfo: '' };
      const screen = { out: text, err: text, columns: () => undefined, color: false };
      const reporters = [
        new TextReporter({ ...identity, verbose: false, prefix: () => '' }, screen),
        jsonReporter(new DocumentBuilder(identity), json),
      ];
      for (const event of all) for (const reporter of reporters) reporter.event(event);
      expect(text.text).toMatch(new RegExp(`^wperf: [a-z ]+ wperf\\.test:${target.port} \\(${address}\\), 4 streams`));
      const head = JSON.parse(json.text).start;
      expect(head.connecting_to.host).toBe('wperf.test');
      expect(head.connected.map((each: { remote_host: string }) => each.remote_host)).toEqual(Array(4).fill(address));
    }
  },
);

/** A SOCKS5 server (RFC 1928) that refuses what it is asked for first, and the IPv4 addresses that it was asked for. */
async function startSocks(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const answer = (reply: number) => Uint8Array.of(5, reply, 0, 1, 0, 0, 0, 0, 0, 0);
  const port = await startScripted(onTestFinished, (client) => {
    client.write(Uint8Array.of(5, 0));
    client.once('data', (request) => {
      const host = request.subarray(4, 8).join('.');
      asked.push(host);
      if (host === asked[0]) client.write(answer(5));
      else tunnel(client, { host, port: request.readUInt16BE(8) }, answer(0));
    });
  });
  return { url: `socks5://127.0.0.1:${port}`, asked };
}

test('through a proxy that is told the address, it is the same for all', async () => {
  const { target, transport, families } = await rotating();
  const { url: proxy, asked } = await startSocks();
  const plan = clientPlan(target.port, { target, streams: 4, latency: true, proxy, bind: '127.0.0.1' });
  expect((await collect(runClientPlan(plan, { transport }))).error).toBeUndefined();
  const [refused, ...others] = asked;
  expect(others).toEqual(Array(5).fill(others[0]));
  expect(others[0]).not.toBe(refused);
  // This end's own address says nothing of what the proxy can reach.
  expect(families).toEqual([undefined]);
});

test('load of its own connections goes there too', async () => {
  const { target, transport } = await rotating();
  const { url: proxy, asked } = await startSocks();
  const proto = { name: 'tcp', settings: {} };
  const plan = clientPlan(target.port, { target, streams: 2, latency: true, proxy, proto });
  expect((await collect(runClientPlan(plan, { transport }))).error).toBeUndefined();
  expect(asked.slice(1)).toEqual(Array(5).fill(asked[1]));
});

describe('a relay that spreads connections over two servers', () => {
  async function spreading(passed: number) {
    const [one, other] = [await startServerPlan(anywhere), await startServerPlan(anywhere)];
    onTestFinished(() => Promise.all([one.close(), other.close()]).then(() => {}));
    const to = { host: '127.0.0.1', port: other.address.port };
    const relay = await startRelay(onTestFinished, one.address.port, passed, (socket) => tunnel(socket, to, ''));
    return relay.port;
  }

  const warningsOf = async (port: number, streams: number) => {
    const { error, all } = await collect(runClientPlan(clientPlan(port, { streams, latency: true, seconds: 0.2 })));
    expect(error).toBeUndefined();
    return all.flatMap((event) => (event.type === 'notice' && event.level === 'warning' ? [event.text] : []));
  };

  test('is told of by streams that reached both', async () => {
    expect(await warningsOf(await spreading(2), 3)).toContain(
      'The streams reached 2 different servers: their rates are of several paths. Name one of them, or use -P 1.',
    );
  });

  test('has no latency measured that is not of the load', async () => {
    expect(await warningsOf(await spreading(1), 1)).toEqual([
      'Latency is not measured: its connection reached another server than the first stream.',
    ]);
  });

  test('but one after the other is one server', async () => {
    expect(await warningsOf(await spreading(9), 3)).toEqual([]);
  });
});

test('pings go to one address', async () => {
  const { target, transport, led } = await rotating();
  const told: unknown[] = [];
  for await (const event of runPingPlan(pingPlan(target.port, { target }), { transport })) {
    if (event.type === 'ping-start') told.push(event.connection.remoteHost);
  }
  expect(led).toHaveLength(1);
  expect(told).toEqual(led);
});

test('both routes are those to and from one address', async () => {
  const { target, transport, led } = await rotating();
  const plan = reverseTracePlan(target.port, { target });
  const targets: string[] = [];
  const origins: unknown[] = [];
  const back = (wish: typeof plan, tools: object) => runReverseTracePlan(wish, { ...tools, transport });
  for await (const { direction, event } of traceBothRoutes(plan, back)) {
    if (direction === 'forward' && event.type === 'trace-start') targets.push(event.ip);
    if (direction === 'reverse' && event.type === 'trace-start') origins.push(event.serverIp);
  }
  expect(origins).toEqual(led);
  expect(led).toHaveLength(1);
  expect(targets).toEqual(led);
});
