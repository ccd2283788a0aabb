/** Simulated conditions from client to server over loopback sockets: asked for, granted, felt, and told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runClientPlan, runPingPlan } from '../../../src/client.js';
import type { TestEvent } from '../../../src/events/load.js';
import type { PingEvent } from '../../../src/events/ping.js';
import type { ClientPlan, PingPlan, SimulationPlan } from '../../../src/plan/plan.js';
import { startServerPlan, type WperfServer } from '../../../src/server/server.js';
import { collect } from '../../support/events.js';
import { hello } from '../../support/hello.js';
import { clientPlan, pingPlan } from '../../support/plans.js';
import { freePort } from '../../support/ports.js';

let server: WperfServer;
let atServer: TestEvent[];

beforeEach(async () => {
  server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  atServer = [];
  server.on('test', (event) => atServer.push(event));
});

afterEach(() => server.close());

async function ping(simulation: SimulationPlan, changes: Partial<PingPlan> = {}) {
  const all: PingEvent[] = [];
  const plan = pingPlan(server.address.port, { simulation, ...changes });
  for await (const event of runPingPlan(plan)) all.push(event);
  const end = all.find((event) => event.type === 'ping-end');
  if (!end) throw new Error(JSON.stringify(all.at(-1)));
  return { end, start: all.find((event) => event.type === 'ping-start') };
}

async function run(simulation: SimulationPlan, changes: Partial<ClientPlan> = {}) {
  const { start, end, error, all } = await collect(
    runClientPlan(clientPlan(server.address.port, { simulation, ...changes })),
  );
  if (!start || !end) throw new Error(`${error} ${JSON.stringify(all.at(-1))}`);
  return { start, end };
}

describe('pings under simulated conditions', () => {
  it('take twice the latency, never less', async () => {
    const { start, end } = await ping({ latencyMs: 20, seed: 5 });
    expect(start?.simulation?.configured).toEqual({ latencyMs: 20, seed: 5 });
    expect(end.rtt?.minMs).toBeGreaterThanOrEqual(40);
    expect(end.rtt?.medianMs).toBeLessThan(75);
    expect(end.simulation?.measured.rttMs).toBe(end.rtt?.avgMs);
  });

  it('are lost as often as asked, and the same ones again under the same seed', async () => {
    const lossy = { lossPercent: 10, seed: 7 };
    const [first, second] = [
      await ping(lossy, { count: 200, intervalSeconds: 0.002 }),
      await ping(lossy, { count: 200, intervalSeconds: 0.002 }),
    ];
    expect(first.end.received).toBe(second.end.received);
    expect(first.end.transmitted).toBe(200);
    expect(first.end.lossPercent).toBeGreaterThan(5);
    expect(first.end.lossPercent).toBeLessThan(15);
    expect(first.end.simulation?.measured.lossPercent).toBe(first.end.lossPercent);
  });

  it('have a seed, told in the report, when none is given', async () => {
    const [one, other] = [await ping({ latencyMs: 1 }), await ping({ latencyMs: 1 })];
    expect(one.start?.simulation?.configured.seed).toBeTypeOf('number');
    expect(one.start?.simulation?.configured.seed).not.toBe(other.start?.simulation?.configured.seed);
  });
});

describe('throughput under simulated conditions', () => {
  it.each(['up', 'down', 'bidir'] as const)(
    'loses what was asked, and says what was sent and received, %s',
    async (direction) => {
      const conditions = { latencyMs: 10, lossPercent: 10, mtuBytes: 1024, seed: 3 };
      const { start, end } = await run(conditions, { direction, bitsPerSecond: 50e6, seconds: 1, streams: 2 });
      expect(start.simulation).toMatchObject({ configured: conditions, measured: { blockBytes: 1024 } });
      expect(start.rtt?.minMs).toBeGreaterThanOrEqual(20);
      expect(end.simulation?.measured.lossPercent).toBeGreaterThan(9);
      expect(end.simulation?.measured.lossPercent).toBeLessThan(11);
      for (const { sent, received } of end.sums) {
        const share = (received?.bytes ?? 0) / (sent?.bytes ?? 0);
        expect(share).toBeGreaterThan(0.8);
        expect(share).toBeLessThan(0.93);
      }
      await expect
        .poll(() => atServer.at(-1))
        .toMatchObject({
          type: 'end',
          simulation: { configured: conditions, measured: { rttMs: null, remote: null } },
        });
    },
  );

  it('delays the connection that measures latency, too', async () => {
    const { end } = await run({ latencyMs: 15 }, { latency: true, bitsPerSecond: 10e6 });
    expect(end.latency?.idle?.minMs).toBeGreaterThanOrEqual(30);
    expect(end.latency?.loadedUp?.minMs).toBeGreaterThanOrEqual(30);
  });

  it('fills a long path, and ends with the far side’s figures', async () => {
    const { end } = await run({ latencyMs: 600 }, { seconds: 2.5, direction: 'down' });
    expect(end.sums[0]?.received?.end).toBeCloseTo(2.5, 0);
    expect(end.sums[0]?.sent).not.toBeNull();
    expect(end.warnings.filter((text) => text.includes('missing'))).toEqual([]);
  });

  it('delivers every byte of a test by bytes, late', async () => {
    const { end } = await run({ latencyMs: 100, jitterMs: 50 }, { bytes: 5_000_000, seconds: 60 });
    expect(end.sums[0]?.received?.bytes).toBe(5_000_000);
  });

  it('shows the buffers that the kernels really gave', async () => {
    const { end } = await run({ sndbufBytes: 65_536, rcvbufBytes: 32_768, noDelay: true });
    const { local, remote } = end.simulation?.measured ?? {};
    if (process.platform === 'linux') {
      expect(local).toEqual({ sndbufBytes: 131_072, rcvbufBytes: 65_536, noDelay: true });
      expect(remote).toEqual(local);
    }
  });
});

describe('packets under simulated conditions', () => {
  it('are lost and reordered, and their delay varies by the jitter', async () => {
    const conditions = { latencyMs: 20, jitterMs: 10, lossPercent: 5, seed: 11 };
    const packets = {
      mode: 'datagram',
      blockBytes: 200,
      bitsPerSecond: 1_600_000,
      seconds: 60,
      bytes: 200_000,
    } as const;
    const [{ end }, again] = [await run(conditions, packets), await run(conditions, packets)];
    const [sum] = end.sums;
    const { lost = 0, packets: due = 0, outOfOrder = 0 } = sum?.packets ?? {};
    expect(due).toBe(1000 + (end.streams[0]?.pacing?.skipped ?? 0));
    expect(lost).toBeGreaterThan(25);
    expect(lost).toBeLessThan(75);
    expect(again.end.sums[0]?.packets?.lost).toBe(lost);
    expect(outOfOrder).toBeGreaterThan(50);
    expect(end.simulation?.measured.lossPercent).toBeCloseTo(lost / 10);
    const delay = end.streams[0]?.packets?.delay;
    expect(delay?.medianMs).toBeGreaterThan(5);
    expect(delay?.medianMs).toBeLessThan(60);
  });

  it.each(['up', 'down', 'bidir'] as const)('are all told as lost where none arrives, %s', async (direction) => {
    const conditions = { lossPercent: 100, seed: 1 };
    const packets = { direction, mode: 'datagram', blockBytes: 1400, bitsPerSecond: 1e6 } as const;
    const { error } = await collect(
      runClientPlan(clientPlan(server.address.port, { simulation: conditions, seconds: 0.3, ...packets })),
    );
    expect(error).toMatch(/^no-load: /);
    await expect.poll(() => atServer.some(({ type }) => type === 'error')).toBe(true);
    const failure = atServer.find((event) => event.type === 'error');
    for (const { packets: told } of failure?.partial?.sums ?? []) {
      expect(told?.packets).toBeGreaterThan(10);
      expect(told?.lost).toBe(told?.packets);
    }
  });

  it('are cut to the MTU', async () => {
    const { start, end } = await run({ mtuBytes: 100 }, { mode: 'datagram', blockBytes: 1400, bitsPerSecond: 800_000 });
    expect(start.test.blockBytes).toBe(100);
    const [{ packets, pacing } = {}] = end.streams;
    expect(packets).toMatchObject({ lost: pacing?.skipped ?? 0, malformed: 0 });
  });
});

describe('an end under simulated conditions', () => {
  it('stops in the middle, and leaves no timer', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    for (const latency of [false, true]) {
      const plan = clientPlan(server.address.port, {
        seconds: 60,
        latency,
        simulation: { latencyMs: 200, jitterMs: 50 },
      });
      for await (const event of runClientPlan(plan)) if (event.type === 'progress') break;
    }
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, { timeout: 5000 })
      .toBeLessThanOrEqual(before + 1);
  });

  it('says what it has when it is interrupted', async () => {
    const stop = new AbortController();
    const plan = clientPlan(server.address.port, { seconds: 60, simulation: { latencyMs: 50 }, bitsPerSecond: 1e6 });
    const events: TestEvent[] = [];
    for await (const event of runClientPlan(plan, { signal: stop.signal })) {
      events.push(event);
      if (event.type === 'interval') stop.abort();
    }
    const end = events.at(-1);
    expect(end).toMatchObject({ type: 'end', interrupted: true });
    expect(end?.type === 'end' && end.sums[0]?.received).not.toBeNull();
  });

  it('refuses a server that simulates nothing', async () => {
    const port = await freePort();
    const peer = new WebSocketServer({ port, host: '127.0.0.1', handleProtocols: () => 'wperf.v1' });
    peer.on('connection', (ws) =>
      ws.once('message', () =>
        ws.send(JSON.stringify({ type: 'grant', software: 'wperf 0.9', seconds: 1, bitsPerSecond: 0, reasons: [] })),
      ),
    );
    await new Promise((resolve) => peer.once('listening', resolve));
    const { error } = await collect(runClientPlan(clientPlan(port, { simulation: { latencyMs: 5 } })));
    for (const client of peer.clients) client.terminate();
    await new Promise((resolve) => peer.close(resolve));
    expect(error).toMatch(/^request-refused: .*the server simulates no conditions.*leave --sim-\.\.\. away/);
  });
});

describe('a server', () => {
  const answerTo = (changes: object) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const ws = new WebSocket(`ws://127.0.0.1:${server.address.port}/`, 'wperf.v1');
      ws.on('open', () => ws.send(JSON.stringify({ ...hello, ...changes })));
      ws.once('message', (data) => {
        resolve(JSON.parse(data.toString()));
        ws.close();
      });
    });

  it.each([
    ['a latency beyond the bound', { seed: 1, latencyMs: 3001 }, 'sim.latencyMs must be a number from 0 to 3000'],
    ['a negative latency', { seed: 1, latencyMs: -1 }, 'sim.latencyMs must be'],
    ['a jitter beyond the bound', { seed: 1, jitterMs: 1e9 }, 'sim.jitterMs must be'],
    ['more than all lost', { seed: 1, lossPercent: 101 }, 'sim.lossPercent must be'],
    ['a loss in words', { seed: 1, lossPercent: '10' }, 'sim.lossPercent must be'],
    ['messages of one byte', { seed: 1, mtuBytes: 1 }, 'sim.mtuBytes must be'],
    ['messages that are too large', { seed: 1, mtuBytes: 2 ** 31 }, 'sim.mtuBytes must be'],
    ['a buffer of half a byte', { seed: 1, sndbufBytes: 0.5 }, 'sim.sndbufBytes must be'],
    ['a buffer of a terabyte', { seed: 1, rcvbufBytes: 2 ** 40 }, 'sim.rcvbufBytes must be'],
    ['a seed that is none', { seed: 'x' }, 'sim.seed must be'],
    ['no seed', { latencyMs: 1 }, 'sim.seed must be'],
    ['a list', [1, 2], 'sim must be an object'],
  ])('refuses %s', async (_what, sim, rule) => {
    const answer = await answerTo({ sim });
    expect(answer).toMatchObject({ type: 'error', code: 'protocol-violation' });
    expect(answer.message).toContain(rule);
  });

  it('refuses a test that would never end', async () => {
    const sim = { seed: 1, lossPercent: 1 };
    const endless = { sim, bytes: 1000, seconds: 86_400, untimed: true };
    expect(await answerTo(endless)).toMatchObject({ type: 'error', code: 'request-refused' });
    expect(await answerTo({ ...endless, seconds: 5, untimed: false })).toMatchObject({ type: 'grant' });
    expect(await answerTo({ sim, bytes: 1000, mode: 'datagram', blockBytes: 1400 })).toMatchObject({ type: 'grant' });
  });

  it('grants what it will simulate, and nothing that was not asked for', async () => {
    expect(
      await answerTo({ sim: { seed: 1, latencyMs: 3000, jitterMs: 1000, lossPercent: 100, evil: 1 } }),
    ).toMatchObject({
      type: 'grant',
      sim: { seed: 1, latencyMs: 3000, jitterMs: 1000, lossPercent: 100, socket: {} },
    });
    expect(await answerTo({})).not.toHaveProperty('sim');
    const trace = {
      ...{ protocol: 'auto', firstHop: 1, maxHops: 1, queries: 1, timeoutSeconds: 0.1, names: false, serial: false },
    };
    expect(await answerTo({ sim: { seed: 1, latencyMs: 5 }, mode: 'traceroute', trace })).not.toHaveProperty('sim');
  });
});
