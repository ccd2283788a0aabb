/** The real server and the real client over loopback sockets. */
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../src/client.js';
import type { IntervalEvent, StreamResult } from '../../src/events/load.js';
import type { ServerPlan } from '../../src/plan/plan.js';
import { type ServerRunOptions, startServerPlan, type WperfServer } from '../../src/server/server.js';
import { wsTransport } from '../../src/transport/ws/connect.js';
import { collect, sorted } from '../support/events.js';
import { clientPlan } from '../support/plans.js';
import { plainTransport } from '../support/transports.js';

const open: WperfServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(plan: Partial<ServerPlan> = {}, options: ServerRunOptions = {}) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan }, options);
  open.push(server);
  const events: Parameters<typeof sorted>[0] = [];
  const notices: string[] = [];
  server.on('test', (event) => events.push(event));
  server.on('notice', (notice) => notices.push(notice.text));
  const ended = new Promise<void>((resolve) => {
    server.on('test', (event) => {
      if (event.type === 'end' || event.type === 'error') resolve();
    });
  });
  return { server, port: server.address.port, notices, seen: () => sorted(events), ended };
}

/** Together the whole, each from where the one before ended: three, but where the machine was too busy for one. */
function expectWhole(intervals: readonly IntervalEvent[], streams: readonly StreamResult[]): void {
  for (const { id, direction, received } of streams) {
    const rows = intervals
      .flatMap((interval) => interval.streams)
      .filter((row) => row.id === id && row.direction === direction);
    expect(rows.reduce((bytes, row) => bytes + row.bytes, 0)).toBe(received?.bytes);
    expect(rows.map(({ start }) => start)).toEqual([0, ...rows.slice(0, -1).map(({ end }) => end)]);
  }
}

describe('a test over loopback', () => {
  it.each([
    ['up', 1],
    ['down', 1],
    ['bidir', 1],
    ['up', 3],
    ['down', 3],
    ['bidir', 3],
  ] as const)('%s over %i streams tells the same at both ends', async (direction, streams) => {
    const { port, seen, ended } = await serve();
    const client = await collect(runClientPlan(clientPlan(port, { direction, streams, bitsPerSecond: 0 })));
    await ended;
    const server = seen();
    expect(client.error).toBeUndefined();
    expect(client.start?.test).toMatchObject({ direction, streams, seconds: 0.3 });
    expect(client.start?.streams).toHaveLength(streams);
    expect(client.start?.rtt?.samples).toBeGreaterThan(0);
    expect(client.end?.streams).toHaveLength(direction === 'bidir' ? 2 * streams : streams);
    expect(server.end?.sums.map((sum) => [sum.direction, sum.received, sum.sent])).toEqual(
      client.end?.sums.map((sum) => [sum.direction, sum.received, sum.sent]),
    );
    for (const sum of client.end?.sums ?? []) {
      const own = client.end?.streams.filter((stream) => stream.direction === sum.direction) ?? [];
      expect(sum.received?.bytes).toBe(own.reduce((bytes, stream) => bytes + (stream.received?.bytes ?? 0), 0));
      expect(sum.sent?.bytes ?? 0).toBeGreaterThanOrEqual((sum.received?.bytes ?? 0) * 0.5);
    }
    for (const { intervals, end } of [client, server]) expectWhole(intervals, end?.streams ?? []);
  });

  it.each([
    ['ws', {}],
    ['tcp', { proto: { name: 'tcp', settings: {} } }],
    ['udp', { proto: { name: 'udp', settings: {} } }],
    ['iperf3', { iperf3: {} }],
  ])('names addresses of IPv4 as such on a port of both families, %s', async (_name, how) => {
    const { port, seen, ended } = await serve({ host: '::' });
    await collect(runClientPlan(clientPlan(port, { blockBytes: 1400, ...how })));
    await ended;
    expect(seen().start?.streams).toMatchObject([{ localHost: '127.0.0.1', remoteHost: '127.0.0.1' }]);
  });

  it('delivers exactly the bytes asked for, shared among streams', async () => {
    const { port } = await serve();
    const { end } = await collect(
      runClientPlan(clientPlan(port, { direction: 'bidir', streams: 3, bytes: 10_000_001, seconds: 60 })),
    );
    expect(end?.sums.map((sum) => [sum.sent?.bytes, sum.received?.bytes])).toEqual([
      [10_000_001, 10_000_001],
      [10_000_001, 10_000_001],
    ]);
  });

  it('makes no intervals when none are wanted', async () => {
    const { port } = await serve();
    const { intervals, end } = await collect(runClientPlan(clientPlan(port, { intervalSeconds: 0 })));
    expect(intervals).toEqual([]);
    expect(end?.sums[0]?.received?.bytes).toBeGreaterThan(0);
  });

  it.each([64, 65_536])(
    'counts alike with and without the fast lane, at either end, blocks of %i',
    async (blockBytes) => {
      for (const serverLane of [true, false]) {
        for (const clientLane of [true, false]) {
          const { port } = await serve({}, { lane: serverLane });
          const plan = clientPlan(port, { direction: 'bidir', bytes: 300_001, seconds: 60, blockBytes });
          const { end, error } = await collect(
            runClientPlan(plan, { transport: clientLane ? wsTransport : plainTransport }),
          );
          expect(error).toBeUndefined();
          expect(end?.sums.map((sum) => sum.received?.bytes)).toEqual([300_001, 300_001]);
        }
      }
    },
  );

  it("brings the server's own report, when asked", async () => {
    const recorder = () => {
      const types: string[] = [];
      return { event: (event: { type: string }) => types.push(event.type), text: () => types.join(' ') };
    };
    const { port } = await serve({}, { makeRecorder: recorder });
    const { end } = await collect(runClientPlan(clientPlan(port, { getServerOutput: true, streams: 2 })));
    expect(end?.serverOutput).toMatch(/^start( interval){3,4} end\nstart( interval){3,4} end$/);
  });
});

describe('a server', () => {
  it('grants no more than it allows, and says so', async () => {
    const { port } = await serve({ seconds: 0.2 });
    const { all, start, end } = await collect(runClientPlan(clientPlan(port, { seconds: 5 })));
    expect(start?.test.seconds).toBe(0.2);
    expect(end?.sums[0]?.received?.end).toBeLessThan(0.5);
    expect(all).toContainEqual({ type: 'notice', level: 'info', text: 'The server allows tests of at most 0.2 s.' });
  });

  it('serves several clients at once', async () => {
    const { port } = await serve();
    const runs = ['up', 'down', 'bidir'].map((direction) =>
      collect(runClientPlan(clientPlan(port, { direction: direction as 'up' }))),
    );
    for (const { error, end } of await Promise.all(runs)) {
      expect(error).toBeUndefined();
      expect(end?.sums[0]?.received?.bytes).toBeGreaterThan(0);
    }
  });

  it('names a client once, whoever of the two ended its test', async () => {
    const { port, notices } = await serve({ token: 'sesame' });
    for (const token of [undefined, 'wrong'])
      await collect(runClientPlan(clientPlan(port, { ...(token && { token }) })));
    const said = notices.map((text) => text.replaceAll(/\d{4,5}\b/g, 'PORT'));
    const atBothEnds = 'give the same --token (or WPERF_TOKEN) at both ends';
    expect(said).toContain(`127.0.0.1:PORT: the server asks for a token: ${atBothEnds}`);
    expect(said).toContain(`127.0.0.1:PORT: the token is wrong: ${atBothEnds}`);
  });

  it('goes away after one test with one-off, but not after a refused one', async () => {
    const { server, port, notices } = await serve({ oneOff: true, token: 'sesame' });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    expect((await collect(runClientPlan(clientPlan(port, { token: 'wrong' })))).error).toMatch(/^token-rejected/);
    expect((await collect(runClientPlan(clientPlan(port, { token: 'sesame', streams: 2 })))).error).toBeUndefined();
    await closed;
    expect((await collect(runClientPlan(clientPlan(port)))).error).toMatch(/^connection-refused/);
    expect(notices.join()).toContain('the token is wrong');
  });

  it('runs one test with one-off, and refuses others in the dialect of each', async () => {
    const { server, port, ended } = await serve({ oneOff: true });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    const first = collect(runClientPlan(clientPlan(port, { seconds: 0.5, streams: 2 })));
    await new Promise((resolve) => server.once('test', resolve));
    const full = 'the server runs one test only, and has begun it';
    const second = await collect(runClientPlan(clientPlan(port)));
    expect(second.error).toMatch(/^server-full: /);
    expect(second.error).toContain(full);
    expect(second.start).toBeUndefined();
    const original = new WebSocket(`ws://127.0.0.1:${port}/`);
    original.on('open', () => original.send('{"command":"ping"}'));
    const [code, reason] = await once(original, 'close');
    expect([code, String(reason)]).toEqual([1008, full]);
    expect((await first).error).toBeUndefined();
    await ended;
    await closed;
  });

  it('that is stopped in the middle says so, and both ends keep what they have', async () => {
    const { server, port, seen } = await serve();
    const running = collect(runClientPlan(clientPlan(port, { seconds: 30 })));
    while (seen().intervals.length < 2) await new Promise((resolve) => server.once('test', resolve));
    await server.close();
    const { all, error } = await running;
    expect(error).toMatch(/^peer-terminated: 127\.0\.0\.1:\d+ was stopped before the end of the test/);
    const partial = all.find((event) => event.type === 'error')?.partial;
    expect(partial?.interrupted).toBe(true);
    expect(partial?.warnings.join()).toContain('The server was stopped');
    expect(partial?.sums[0]?.received?.bytes).toBeGreaterThan(0);
    expect(seen().end?.interrupted).toBe(true);
  });

  it('listens on a path, and answers others with the reason', async () => {
    const { port } = await serve({ path: '/measure' });
    const target = { host: '127.0.0.1', port, secure: false, path: '/' };
    expect((await collect(runClientPlan(clientPlan(port)))).error).toBe(
      `request-refused: 127.0.0.1:${port}: nothing is served at this path`,
    );
    const right = clientPlan(port, { target: { ...target, path: '/measure?x=1' } });
    expect((await collect(runClientPlan(right))).error).toBeUndefined();
  });

  it('names the port that is in use', async () => {
    const { port } = await serve();
    await expect(startServerPlan({ host: '127.0.0.1', port, oneOff: false })).rejects.toMatchObject({
      code: 'port-in-use',
      message: `port ${port} is in use`,
    });
  });
});

describe('a client', () => {
  it('that is interrupted has the results so far, and the server has them too', async () => {
    const { port, seen, ended } = await serve();
    const stop = new AbortController();
    const events = [];
    for await (const event of runClientPlan(clientPlan(port, { seconds: 30 }), { signal: stop.signal })) {
      events.push(event);
      if (event.type === 'interval' && events.length > 3) stop.abort('interrupted');
    }
    await ended;
    const { end } = sorted(events);
    expect(end?.interrupted).toBe(true);
    expect(end?.sums[0]?.received).not.toBeNull();
    expect(seen().end?.interrupted).toBe(true);
  });

  it.each([
    ['the longest time there is', { seconds: 86_400 }, {}, [86_400, undefined]],
    ['no end', { seconds: 86_400, untimed: true }, {}, [86_400, true]],
    ['no end, and gets one', { seconds: 86_400, untimed: true }, { seconds: 30 }, [30, undefined]],
  ])('that asks for %s is understood at both ends', async (_what, asked, ceilings, told) => {
    const { port, seen, ended } = await serve(ceilings);
    for await (const event of runClientPlan(clientPlan(port, asked))) {
      if (event.type !== 'start') continue;
      expect([event.test.seconds, event.test.untimed]).toEqual(told);
      break;
    }
    await ended;
    const { test } = seen().start ?? {};
    expect([test?.seconds, test?.untimed]).toEqual(told);
  });

  it('whose consumer leaves the loop stops the test', async () => {
    const { port, seen, ended } = await serve();
    for await (const event of runClientPlan(clientPlan(port, { seconds: 30 }))) {
      if (event.type === 'interval') break;
    }
    await ended;
    expect(seen().end?.interrupted).toBe(true);
  });

  it('that is interrupted before the test says only that', async () => {
    const { port } = await serve();
    const { error } = await collect(runClientPlan(clientPlan(port), { signal: AbortSignal.abort() }));
    expect(error).toBe('interrupted: interrupted before the test began');
  });
});
