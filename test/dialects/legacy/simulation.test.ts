/** Simulated conditions with clients and servers of the original. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan, runPingPlan } from '../../../src/client.js';
import { conditionsOf, openingText, parseOpening } from '../../../src/dialects/legacy/wire/wire.js';
import type { PingEvent } from '../../../src/events/ping.js';
import { startServerPlan } from '../../../src/server/server.js';
import { collect, sorted } from '../../support/events.js';
import { clientPlan, pingPlan } from '../../support/plans.js';
import { startFakeServer } from './fake-server.js';

describe('the original’s options', () => {
  it.each([
    [{}, undefined],
    [{ sim_tcp_nodelay: false, sim_latency: 0, sim_loss: 0, sim_mtu: 0 }, undefined],
    [{ sim_tcp_nodelay: true }, { noDelay: true }],
    [
      { sim_latency: 5, sim_jitter: 1, sim_loss: 2, sim_mtu: 1400, sim_sndbuf: 8192, sim_rcvbuf: 4096 },
      { latencyMs: 5, jitterMs: 1, lossPercent: 2, mtuBytes: 1400, sndbufBytes: 8192, rcvbufBytes: 4096 },
    ],
  ])('%j ask for %j', (options, conditions) => {
    expect(conditionsOf(options)).toEqual(conditions);
    if (!conditions) return;
    const opening = parseOpening(openingText({ mode: 'throughput', direction: 'up' }, conditions));
    expect(opening?.kind === 'load' && conditionsOf(opening.simulation)).toEqual(conditions);
  });
});

describe('a client of the original', () => {
  it('gets the conditions that it asks for, in what the server sends', async () => {
    const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, seconds: 0.5 });
    onTestFinished(() => server.close());
    const events: Parameters<typeof sorted>[0] = [];
    server.on('test', (event) => events.push(event));
    const ws = new WebSocket(`ws://127.0.0.1:${server.address.port}/`);
    const options = { sim_latency: 60, sim_jitter: null, sim_loss: 20, sim_mtu: 1000, sim_sndbuf: 65_536 };
    const numbers: number[] = [];
    let [begunAt, firstAt] = [0, 0];
    ws.on('open', () => {
      begunAt = performance.now();
      ws.send(JSON.stringify({ mode: 'reverse', simulation_options: options }));
    });
    await new Promise<void>((resolve) => {
      ws.on('message', (data: Buffer, isBinary) => {
        firstAt ||= performance.now();
        if (!isBinary) return resolve();
        expect(data.length).toBe(1008);
        numbers.push(Number(data.readBigUInt64BE(0)));
      });
    });
    ws.close();
    expect(firstAt - begunAt).toBeGreaterThanOrEqual(60);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    const lost = 1 - numbers.length / ((numbers.at(-1) ?? 0) + 1);
    expect(lost).toBeGreaterThan(0.15);
    expect(lost).toBeLessThan(0.25);
    const { start, end } = sorted(events);
    const configured = { latencyMs: 60, lossPercent: 20, mtuBytes: 1000, sndbufBytes: 65_536 };
    expect(start?.simulation).toMatchObject({ configured, measured: { blockBytes: 1008 } });
    expect(end?.simulation?.measured.lossPercent).toBeCloseTo(100 * lost, 0);
  });
});

describe('a server of the original', () => {
  it('is asked for the conditions, and this end simulates its own', async () => {
    const wishes: string[] = [];
    let bytes = 0;
    const port = await startFakeServer(onTestFinished, (ws) => {
      ws.on('message', (data: Buffer, isBinary) => {
        if (isBinary) bytes += data.length;
        else wishes.push(data.toString());
      });
    });
    const simulation = { latencyMs: 20, lossPercent: 10, mtuBytes: 2000, noDelay: true, seed: 4 };
    const { start, end, all } = await collect(runClientPlan(clientPlan(port, { simulation, bitsPerSecond: 20e6 })));
    expect(JSON.parse(wishes[0] ?? '')).toEqual({
      simulation_options: {
        ...{ sim_tcp_nodelay: true, sim_latency: 20, sim_loss: 10, sim_mtu: 2000 },
        ...{ sim_sndbuf: null, sim_rcvbuf: null, sim_jitter: null },
      },
      mode: 'upload',
    });
    expect(start?.test.blockBytes).toBe(2008);
    expect(start?.rtt?.minMs).toBeGreaterThanOrEqual(20);
    expect(end?.simulation).toMatchObject({ configured: simulation, measured: { blockBytes: 2008 } });
    expect(bytes / (end?.sums[0]?.sent?.bytes ?? 0)).toBeLessThan(0.97);
    const notes = all.flatMap((event) => (event.type === 'notice' ? event.text : []));
    expect(notes.join()).toContain('simulates in its own way');
    await expect.poll(() => wishes.at(-1)).toBe('EOT_C');
  });

  it('is not told of them where its dialect has no words for it', async () => {
    const port = await startFakeServer(onTestFinished, (ws) => {
      ws.on('message', (data) => {
        const { type, seq } = JSON.parse(data.toString());
        if (type === 'ping') ws.send(JSON.stringify({ type: 'pong', seq }));
      });
    });
    const events: PingEvent[] = [];
    for await (const event of runPingPlan(pingPlan(port, { simulation: { latencyMs: 30 } }))) events.push(event);
    const end = events.at(-1);
    expect(end?.type === 'ping-end' && end.rtt?.minMs).toBeGreaterThanOrEqual(30);
    expect(events.flatMap((event) => (event.type === 'notice' ? event.text : [])).join()).toContain('this end alone');
  });
});
