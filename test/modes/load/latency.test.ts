/** Latency beside a test, over loopback sockets. */
import { afterEach, describe, expect, it } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import type { ClientPlan, ServerPlan } from '../../../src/plan/plan.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import type { Channel } from '../../../src/transport/channel.js';
import type { Transport } from '../../../src/transport/transport.js';
import { collect, sorted } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';
import { changedTransport } from '../../support/transports.js';

const open: WperfServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(plan: Partial<ServerPlan> = {}) {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, ...plan });
  open.push(server);
  const events: Parameters<typeof sorted>[0] = [];
  const notices: string[] = [];
  server.on('test', (event) => events.push(event));
  server.on('notice', (notice) => notices.push(notice.text));
  return { server, port: server.address.port, notices, seen: () => sorted(events) };
}

const plan = (port: number, changes: Partial<ClientPlan> = {}) =>
  clientPlan(port, { latency: true, bitsPerSecond: 100e6, ...changes });

/** Connects as usual, but hands the second connection, which is the one for latency, to `change`. */
function changingLatency(change: (channel: Channel) => Channel | Promise<Channel>) {
  let connections = 0;
  return changedTransport(async (channel) => {
    connections += 1;
    return connections === 2 ? change(channel) : channel;
  });
}

describe('latency beside a test', () => {
  it.each(['up', 'down', 'bidir'] as const)('is measured idle and loaded, %s', async (direction) => {
    const { port, seen, notices } = await serve();
    const { end, error } = await collect(runClientPlan(plan(port, { direction, streams: 2, seconds: 1 })));
    expect(error).toBeUndefined();
    const { idle, loadedUp, loadedDown, bufferbloatMs, rpm, grade } = end?.latency ?? {};
    expect(idle?.samples).toBe(20);
    expect(loadedUp === null).toBe(direction === 'down');
    expect(loadedDown === null).toBe(direction === 'up');
    const loaded = loadedUp ?? loadedDown;
    expect(loaded?.samples).toBeGreaterThanOrEqual(5);
    expect(loaded?.samples).toBeLessThanOrEqual(11);
    for (const figures of [idle, loaded]) {
      const { minMs = 0, medianMs = 0, p95Ms = 0, p99Ms = 0, maxMs = 0 } = figures ?? {};
      expect(minMs).toBeGreaterThan(0);
      expect(maxMs).toBeLessThan(1000);
      expect([minMs, medianMs, p95Ms, p99Ms, maxMs]).toEqual(
        [minMs, medianMs, p95Ms, p99Ms, maxMs].sort((a, b) => a - b),
      );
    }
    const { queueUp, queueDown, trips } = end?.latency ?? {};
    const answered = trips?.loaded.filter(({ rttMs }) => rttMs !== null).length;
    expect([queueUp?.samples, queueDown?.samples]).toEqual([answered, answered]);
    for (const { rttMs, queued } of trips?.loaded ?? []) {
      const { upMs = Number.NaN, downMs = Number.NaN } = queued ?? {};
      // What the fastest took is in no queue.
      if (rttMs !== null) expect(upMs + downMs).toBeCloseTo(rttMs - Math.min(idle?.minMs ?? 0, loaded?.minMs ?? 0), 6);
    }
    expect(bufferbloatMs).toBeCloseTo(Math.max(0, (loaded?.medianMs ?? 0) - (idle?.medianMs ?? 0)), 9);
    expect(rpm).toBeCloseTo(60_000 / (loaded?.medianMs ?? 0), 6);
    expect(grade).toMatch(/^(A\+|[ABCDF])$/);
    expect(seen().start?.streams).toHaveLength(2);
    await expect.poll(() => seen().end?.streams.length).toBe(direction === 'bidir' ? 4 : 2);
    expect(notices).toEqual([]);
  });

  it('is not told apart by direction where the far end does not tell its clock', async () => {
    const { port } = await serve();
    const withoutClock = changingLatency((channel) => {
      const hide = (listener: Channel['onText']) => (text: string) => listener(text.replace(/,"at":[\d.]+/, ''));
      return new Proxy(channel, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
        set: (target, name, value) => Reflect.set(target, name, name === 'onText' ? hide(value) : value),
      });
    });
    const options = { transport: withoutClock };
    const { end } = await collect(runClientPlan(plan(port, { bitsPerSecond: 20e6, direction: 'bidir' }), options));
    expect(end?.latency?.loadedUp?.samples).toBeGreaterThan(0);
    expect(end?.latency).not.toHaveProperty('queueUp');
    expect(end?.latency).not.toHaveProperty('queueDown');
  });

  it('leaves the omitted beginning out', async () => {
    const { port } = await serve();
    const { end } = await collect(runClientPlan(plan(port, { bitsPerSecond: 20e6, omitSeconds: 1, seconds: 0.3 })));
    expect(end?.latency?.loadedUp?.samples).toBeGreaterThan(0);
    expect(end?.latency?.loadedUp?.samples).toBeLessThanOrEqual(4);
  });

  it('needs the token as the streams do, and does not keep a one-off server', async () => {
    const { server, port } = await serve({ token: 'sesame', oneOff: true });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    const { end, error } = await collect(
      runClientPlan(plan(port, { token: 'sesame', streams: 2, bitsPerSecond: 20e6 })),
    );
    expect(error).toBeUndefined();
    expect(end?.latency?.idle?.samples).toBe(20);
    await closed;
  });

  it('is not measured when it is not wanted', async () => {
    const { port } = await serve();
    const { end } = await collect(runClientPlan(clientPlan(port)));
    expect(end?.latency).toBeUndefined();
  });
});

/** Simulated conditions are those of pings of the channel's own. */
const pingingByChannel = { simulation: { latencyMs: 0 } };

describe('a latency connection that fails', () => {
  const figures = async (transport: Transport, changes: Partial<ClientPlan> = {}) => {
    const { port } = await serve();
    const { all, end, error } = await collect(
      runClientPlan(plan(port, { streams: 2, bitsPerSecond: 20e6, ...changes }), { transport }),
    );
    expect(error).toBeUndefined();
    expect(end?.sums[0]?.received?.bytes).toBeGreaterThan(0);
    const notices = all.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
    return { end, notices, types: all.map((event) => event.type) };
  };

  it('to connect is a notice, after the start, and no more', async () => {
    const refuse = changingLatency((channel) => {
      channel.drop();
      throw new Error('no way');
    });
    const { end, notices, types } = await figures(refuse);
    expect(notices).toEqual(['Latency is not measured: no way.']);
    expect(end?.latency).toBeUndefined();
    expect(types[0]).toBe('start');
  });

  it('when its server is not admitting it is a notice', async () => {
    const { notices, end } = await figures(
      changingLatency((channel) => {
        const send = channel.send.bind(channel);
        channel.send = (text) => send(text.replace('"latency"', '"lunacy"'));
        return channel;
      }),
    );
    expect(notices.join()).toMatch(/^Latency is not measured: .*hello message: mode must be one of/);
    expect(end?.latency).toBeUndefined();
  });

  it('to open in time is not waited for any longer', async () => {
    const { notices, end } = await figures(
      changingLatency((channel) => {
        channel.drop();
        return new Promise(() => {});
      }),
    );
    expect(notices).toEqual(['Latency is not measured: no answer within 5 s.']);
    expect(end?.latency).toBeUndefined();
  });

  it('to answer under load leaves those figures out', async () => {
    let pings = 0;
    const { end } = await figures(
      changingLatency((channel) => {
        const ping = channel.ping.bind(channel);
        channel.ping = () => (++pings > 20 ? Promise.reject(new Error('gone')) : ping());
        return channel;
      }),
      pingingByChannel,
    );
    expect(end?.latency).toMatchObject({ idle: { samples: 20 }, loadedUp: null, grade: null, rpm: null });
  });

  it('and is lost midway keeps what it has', async () => {
    const { end } = await figures(
      changingLatency((channel) => {
        setTimeout(() => channel.drop(), 200);
        return channel;
      }),
    );
    expect(end?.latency?.idle?.samples).toBe(20);
    expect(end?.latency?.loadedUp?.samples).toBeLessThanOrEqual(3);
    expect(end?.warnings).toContainEqual(
      expect.stringMatching(/^The latency connection was lost 0\.\d s into the test: .* \d pings before\.$/),
    );
  });

  it('before the load says that there are no loaded figures', async () => {
    const { end } = await figures(
      changingLatency((channel) => {
        const ping = channel.ping.bind(channel);
        let pings = 0;
        channel.ping = async () => {
          const rttMs = await ping();
          if (++pings === 20) channel.drop();
          return rttMs;
        };
        return channel;
      }),
      pingingByChannel,
    );
    expect(end?.latency).toMatchObject({ idle: { samples: 20 }, loadedUp: null });
    expect(end?.warnings.join()).toMatch(
      /The latency connection was lost (before the test began|0\.0 s into the test): there is no loaded latency\./,
    );
  });

  it('after the load is no loss', async () => {
    const { server, port } = await serve({ oneOff: true });
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    const { end } = await collect(runClientPlan(plan(port, { direction: 'bidir' })));
    expect(end?.warnings.join()).not.toContain('latency');
    await closed;
  });
});
