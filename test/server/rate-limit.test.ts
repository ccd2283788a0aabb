/** A server that bounds the rate of each test, and its clients of wperf's own and the original's kind. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { runClientPlan } from '../../src/client.js';
import type { TestEvent } from '../../src/events/load.js';
import type { ClientPlan } from '../../src/plan/plan.js';
import { startServerPlan } from '../../src/server/server.js';
import { collect, sorted } from '../support/events.js';
import { hello } from '../support/hello.js';
import { clientPlan } from '../support/plans.js';

const rate = { bitsPerSecond: 20e6, seconds: 0.5 };

async function serve() {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, rate });
  onTestFinished(() => server.close());
  const events: TestEvent[] = [];
  server.on('test', (event) => events.push(event));
  return { port: server.address.port, events };
}

const allowed = 'the server allows 20Mbit/s to a test, all streams and both directions together';

describe('a client', () => {
  it.each<[Partial<ClientPlan>, number]>([
    [{}, 20e6],
    [{ direction: 'down', streams: 2 }, 10e6],
    [{ direction: 'bidir', streams: 2 }, 5e6],
    [{ mode: 'datagram', blockBytes: 1400 }, 20e6],
  ])('without a rate of its own has what there is: %j', async (changes, bitsPerSecond) => {
    const { port } = await serve();
    const { start, end, error, all } = await collect(
      runClientPlan(clientPlan(port, { bitsPerSecond: 0, seconds: 1.2, ...changes })),
    );
    expect(error).toBeUndefined();
    expect(start?.test.bitsPerSecond).toBe(bitsPerSecond);
    expect(all).toContainEqual({ type: 'notice', level: 'info', text: `T${allowed.slice(1)}.` });
    const bytes = end?.sums.reduce((sum, { received }) => sum + (received?.bytes ?? 0), 0) ?? 0;
    expect(bytes).toBeGreaterThan(1e5);
    expect(bytes).toBeLessThan((1.3 * rate.bitsPerSecond * 1.2) / 8);
  });

  it('with the most that there may be is left in peace', async () => {
    const { port } = await serve();
    const plan = clientPlan(port, { seconds: 1.2, streams: 2, bitsPerSecond: 10e6 });
    const { all, error } = await collect(runClientPlan(plan));
    expect(error).toBeUndefined();
    expect(all.filter(({ type }) => type === 'notice')).toEqual([]);
  });

  it('that asks for more is refused', async () => {
    const { port, events } = await serve();
    const plan = clientPlan(port, { streams: 2, direction: 'bidir', bitsPerSecond: 6e6 });
    const { error } = await collect(runClientPlan(plan));
    expect(error).toBe(
      `request-refused: 127.0.0.1:${port}: -b/--bitrate of 6Mbit/s is too much: ${allowed}: give at most 5M`,
    );
    expect(events).toEqual([]);
  });

  it('that sends more than it was granted is sent away', async () => {
    const { port, events } = await serve();
    const texts = await flood(port);
    expect(texts.at(-1)).toMatchObject({ type: 'error', code: 'request-refused' });
    expect(texts.at(-1)?.message).toContain('more than the 20Mbit/s that this server allows, on average over 0.5 s');
    expect(sorted(events).error).toContain('more than the 20Mbit/s');
  });
});

/** Sends load as fast as the connection takes it, whatever it is told; until its end. */
function flood(port: number): Promise<Record<string, unknown>[]> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`, 'wperf.v1');
  const texts: Record<string, unknown>[] = [];
  const block = Buffer.alloc(50_000);
  const send = () => ws.readyState === ws.OPEN && ws.send(block, () => setImmediate(send));
  ws.on('open', () => ws.send(JSON.stringify({ ...hello, seconds: 30 })));
  ws.on('message', (data) => {
    texts.push(JSON.parse(data.toString()));
    if (texts.length > 1) return;
    ws.send(JSON.stringify({ type: 'start' }));
    send();
  });
  ws.on('error', () => {});
  return new Promise((resolve) => ws.on('close', () => resolve(texts)));
}
