/** A client that has no more than a browser has is a full peer. */
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { nativeLoad } from '../../../src/dialects/native/client/load.js';
import { nativePing } from '../../../src/dialects/native/client/ping.js';
import type { TestEvent } from '../../../src/events/load.js';
import type { PingEvent } from '../../../src/events/ping.js';
import { eventsOf } from '../../../src/host/events-of.js';
import { nodeHost } from '../../../src/host/node.js';
import { Connections } from '../../../src/modes/connections.js';
import { runLoad } from '../../../src/modes/load/client.js';
import { runPings } from '../../../src/modes/ping/client.js';
import type { ClientPlan } from '../../../src/plan/plan.js';
import { SUBPROTOCOL } from '../../../src/protocol/version.js';
import { startServerPlan } from '../../../src/server/server.js';
import type { Channel } from '../../../src/transport/channel.js';
import type { Connected } from '../../../src/transport/transport.js';
import { BrowserChannel } from '../../support/browser-channel.js';
import { collect } from '../../support/events.js';
import { hello } from '../../support/hello.js';
import { clientPlan, pingPlan } from '../../support/plans.js';

async function serve(): Promise<{ port: number; notices: string[] }> {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const notices: string[] = [];
  server.on('notice', ({ text }) => notices.push(text));
  return { port: server.address.port, notices };
}

function connectTo(port: number): () => Promise<Connected> {
  return () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`, SUBPROTOCOL, { perMessageDeflate: false });
      socket.onerror = ({ message }) => reject(new Error(message));
      socket.onopen = () => {
        const channel = new BrowserChannel(socket as never) as unknown as Channel;
        resolve({ channel, subprotocol: socket.protocol });
      };
    });
}

const run = (port: number, changes: Partial<ClientPlan>) =>
  collect(
    eventsOf<TestEvent>((emit, signal) => {
      const connections = new Connections(connectTo(port));
      const options = { host: nodeHost, connections, dialectOf: () => nativeLoad, signal };
      return runLoad(clientPlan(port, { latency: true, ...changes }), options, emit);
    }),
  );

describe('a client with what a browser has', () => {
  it.each(['up', 'down', 'bidir'] as const)('runs a whole test %s, latency too', async (direction) => {
    const { port, notices } = await serve();
    const { start, intervals, end, error } = await run(port, { direction, streams: 2, seconds: 0.5 });
    expect(error).toBeUndefined();
    expect(start?.rtt?.samples).toBeGreaterThan(0);
    expect(intervals.length).toBeGreaterThan(2);
    for (const sum of end?.sums ?? []) expect(sum.received?.bytes).toBeGreaterThan(100_000);
    expect(end?.latency?.idle?.samples).toBeGreaterThan(5);
    expect(end?.latency?.grade).not.toBeNull();
    expect(notices).toEqual([]);
  });

  it('may ping by texts while load waits to be sent to it', async () => {
    const { port, notices } = await serve();
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, SUBPROTOCOL, { perMessageDeflate: false });
    onTestFinished(() => ws.terminate());
    const texts: { readonly type: string }[] = [];
    const heard = async (type: string) => {
      while (!texts.some((text) => text.type === type)) await once(ws, 'message');
    };
    ws.on('message', (data, isBinary) => isBinary || texts.push(JSON.parse(data.toString())));
    await once(ws, 'open');
    const say = (message: object) => ws.send(JSON.stringify(message));
    // So slow a reader that the server's batches have grown when it stands still.
    say({ ...hello, direction: 'down', blockBytes: 1024 * 1024 });
    await heard('grant');
    say({ type: 'start' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    ws.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let id = 1; id <= 3; id++) say({ type: 'ping', id });
    await new Promise((resolve) => setTimeout(resolve, 200));
    ws.resume();
    await heard('pong');
    expect(texts.map(({ type }) => type)).not.toContain('error');
    expect(notices).toEqual([]);
  });

  it('sends and counts packets', async () => {
    const { port } = await serve();
    const plan = { mode: 'datagram', direction: 'bidir', blockBytes: 500, bitsPerSecond: 400_000, seconds: 1 } as const;
    const { end } = await run(port, plan);
    for (const { packets, pacing } of end?.streams ?? []) {
      expect(packets).toMatchObject({ lost: pacing?.skipped ?? 0, malformed: 0 });
      // A busy machine sends a few less.
      expect(packets?.packets).toBeGreaterThan(50);
      expect(packets?.packets).toBeLessThanOrEqual(100);
    }
  });

  it('proves a token, and is told in words why it may not', async () => {
    const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false, token: 'sesame' });
    onTestFinished(() => server.close());
    const { port } = server.address;
    expect((await run(port, { token: 'sesame' })).error).toBeUndefined();
    expect((await run(port, { token: 'Sesame' })).error).toMatch(/^token-rejected: .*the token is wrong/);
  });

  it('measures round trips', async () => {
    const { port } = await serve();
    const connections = new Connections(connectTo(port));
    const { signal } = new AbortController();
    const events: PingEvent[] = [];
    const options = { host: nodeHost, connections, dialectOf: () => nativePing, signal };
    await runPings(pingPlan(port), options, (event) => events.push(event));
    expect(events.at(-1)).toMatchObject({ type: 'ping-end', transmitted: 5, received: 5 });
  });
});

describe('whoever breaks a rule of the channel', () => {
  it.each(['client', 'server'])('at the %s is told why before the close', async (end) => {
    const told: unknown[] = [];
    if (end === 'server') {
      const fake = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      onTestFinished(() => fake.close());
      await new Promise((resolve) => fake.once('listening', resolve));
      const heard = new Promise<void>((resolve) =>
        fake.on('connection', (ws) => {
          ws.once('message', () => ws.send(new Uint8Array(100)));
          ws.on('message', (data) => told.push(JSON.parse(data.toString())));
          ws.on('close', () => resolve());
        }),
      );
      const { error } = await run((fake.address() as { port: number }).port, { latency: false });
      expect(error).toMatch(/^protocol-violation: .*load that was not asked for/);
      await heard;
    } else {
      const { port } = await serve();
      const ws = new WebSocket(`ws://127.0.0.1:${port}/`, SUBPROTOCOL);
      ws.on('open', () => ws.send(new Uint8Array(100)));
      ws.on('message', (data) => told.push(JSON.parse(data.toString())));
      await new Promise((resolve) => ws.on('close', resolve));
    }
    expect(told.at(-1)).toMatchObject({
      ...{ type: 'error', code: 'protocol-violation', message: 'load that was not asked for' },
    });
  });
});
