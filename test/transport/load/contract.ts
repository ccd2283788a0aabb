/** What holds whatever carries the load: the same tests over each transport, between both ends in one process. Files beside it run them. */
import { describe, test } from 'vitest';
import { type ClientTools, runClientPlan } from '../../../src/client.js';
import type { ClientPlan, ServerPlan } from '../../../src/plan/plan.js';
import type { WperfServer } from '../../../src/server/server.js';
import { startServerPlan } from '../../../src/server/server.js';
import type { Channel } from '../../../src/transport/channel.js';
import { type CarrierCase, carriers } from '../../support/carriers.js';
import { collect } from '../../support/events.js';
import { moduleFile } from '../../support/modules.js';
import { clientPlan } from '../../support/plans.js';
import { changedTransport } from '../../support/transports.js';
import type { Later } from '../../support/undo.js';

interface Ends {
  readonly server: WperfServer;
  readonly run: (changes?: Partial<ClientPlan>, tools?: Partial<ClientTools>) => ReturnType<typeof collect>;
  readonly events: (changes?: Partial<ClientPlan>, tools?: Partial<ClientTools>) => ReturnType<typeof runClientPlan>;
}

async function ends(carrier: CarrierCase, later: Later, serverChanges: Partial<ServerPlan> = {}): Promise<Ends> {
  const isModule = carrier.proto.endsWith('.mjs');
  const name = isModule ? await moduleFile(later, carrier.proto) : carrier.proto;
  const plan = { host: '127.0.0.1', port: 0, oneOff: false, ...(isModule && { modules: [name] }), ...serverChanges };
  const server = await startServerPlan(plan, carrier.transport ? { transports: [carrier.transport] } : {});
  later(() => server.close());
  const mode = carrier.carries === 'messages' ? 'datagram' : 'throughput';
  const usual =
    mode === 'datagram'
      ? ({ mode, blockBytes: 1000, bitsPerSecond: 8e6 } as const)
      : ({ mode, bitsPerSecond: 100e6 } as const);
  const proto = { name, settings: {} };
  const events: Ends['events'] = (changes, tools) =>
    runClientPlan(clientPlan(server.address.port, { ...usual, proto, ...changes }), {
      ...(carrier.transport && { loadTransport: carrier.transport }),
      ...tools,
    });
  return { server, events, run: (changes, tools) => collect(events(changes, tools)) };
}

/** To be called in a file of tests. */
export function describeContract(...names: readonly string[]): void {
  const chosen = carriers.filter(({ name }) => names.includes(name));
  describe.each(chosen)('load over $name', holdToContract);
}

function holdToContract(carrier: CarrierCase): void {
  const { name, carries } = carrier;

  test.for(['up', 'down', 'bidir'] as const)(
    '%s, counted by its receiver',
    async (direction, { expect, onTestFinished }) => {
      const { run } = await ends(carrier, onTestFinished);
      const { error, start, end, intervals } = await run({ direction });
      expect(error).toBeUndefined();
      expect(start?.transport).toBe(name);
      expect(start?.packets).toBe(carries === 'messages' ? 'real' : undefined);
      expect(end?.warnings.join()).not.toMatch(/did not get through/);
      expect(end?.sums).toHaveLength(direction === 'bidir' ? 2 : 1);
      for (const { sent, received, partial } of end?.sums ?? []) {
        expect(partial).toBe(false);
        expect(received?.bytes).toBeGreaterThan(0);
        // The kernel goes on taking what was in flight at the sender's end.
        expect((sent?.bytes ?? 0) / (received?.bytes ?? 1)).toBeGreaterThan(0.9);
        expect(received?.end).toBeGreaterThan(0.25);
        expect(received?.end).toBeLessThan(5);
      }
      const counted = intervals.flatMap(({ streams }) => streams).reduce((sum, { bytes }) => sum + bytes, 0);
      const total = (end?.sums ?? []).reduce((sum, { received }) => sum + (received?.bytes ?? 0), 0);
      expect(counted).toBe(total);
    },
  );

  test('by several streams, each with a connection of its own', async ({ expect, onTestFinished }) => {
    const { run } = await ends(carrier, onTestFinished);
    const { error, start, end } = await run({ streams: 3 });
    expect(error).toBeUndefined();
    expect(start?.streams.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(end?.streams.map(({ received }) => (received?.bytes ?? 0) > 0)).toEqual([true, true, true]);
  });

  test.for(['up', 'down'] as const)(
    'so many bytes, and not one more, %s',
    async (direction, { expect, onTestFinished }) => {
      const { run } = await ends(carrier, onTestFinished);
      const { error, end } = await run({ direction, bytes: 1_000_000, seconds: 60, bitsPerSecond: 80e6 });
      expect(error).toBeUndefined();
      expect(end?.sums[0]?.received?.bytes).toBe(1_000_000);
    },
  );

  test('in blocks of any length', async ({ expect, onTestFinished }) => {
    const { run } = await ends(carrier, onTestFinished);
    const lengths = carries === 'messages' ? [64, 1472] : [64, 1000, 1024 * 1024];
    for (const blockBytes of lengths) {
      for (const direction of ['up', 'down'] as const) {
        const bytes = carries === 'messages' ? 50 * blockBytes : 64_000;
        const { error, end } = await run({ direction, blockBytes, bytes, seconds: 60 });
        expect([blockBytes, direction, error]).toEqual([blockBytes, direction, undefined]);
        expect([blockBytes, direction, end?.sums[0]?.received?.bytes]).toEqual([blockBytes, direction, bytes]);
      }
    }
  });

  test('at a rate, and after a beginning that does not count', async ({ expect, onTestFinished }) => {
    const { run } = await ends(carrier, onTestFinished);
    const plan = { bitsPerSecond: 8e6, seconds: 0.5, omitSeconds: 0.2 };
    const { error, start, end, intervals } = await run(plan);
    expect(error).toBeUndefined();
    const [{ received, pacing } = {}] = end?.streams ?? [];
    const { skipped = 0, lateSeconds = 0 } = pacing ?? {};
    // What a busy machine keeps it from sending.
    const unsent = skipped * (start?.test.blockBytes ?? 0) + (lateSeconds * plan.bitsPerSecond) / 8;
    const due = ((received?.end ?? 0) * plan.bitsPerSecond) / 8;
    expect(((received?.bytes ?? 0) + unsent) / due).toBeGreaterThan(0.9);
    expect(((received?.bytes ?? 0) + unsent) / due).toBeLessThan(1.1);
    expect(intervals.flatMap(({ streams }) => streams.map(({ omitted }) => omitted))).toContain(true);
  });

  test('under simulated conditions', async ({ expect, onTestFinished }) => {
    const { run } = await ends(carrier, onTestFinished);
    const { error, end } = await run({
      simulation: { latencyMs: 20, lossPercent: 10, seed: 5 },
      bitsPerSecond: 8e6,
      seconds: 1,
    });
    expect(error).toBeUndefined();
    expect(end?.simulation?.measured.lossPercent).toBeGreaterThan(2);
    expect(end?.simulation?.measured.rttMs).toBeGreaterThan(40);
    if (carries === 'messages') expect(end?.sums[0]?.packets?.lost).toBeGreaterThan(0);
  });

  test('until it is interrupted', async ({ expect, onTestFinished }) => {
    const { events } = await ends(carrier, onTestFinished);
    const stop = new AbortController();
    const seen = [];
    for await (const event of events({ seconds: 60 }, { signal: stop.signal })) {
      seen.push(event);
      if (event.type === 'interval') stop.abort('interrupted');
    }
    expect(seen.at(-1)).toMatchObject({ type: 'end', interrupted: true });
  });

  test.for(['up', 'down', 'bidir'] as const)(
    'until the server stops, %s',
    async (direction, { expect, onTestFinished }) => {
      const { server, events } = await ends(carrier, onTestFinished);
      const seen = [];
      for await (const event of events({ seconds: 60, direction })) {
        seen.push(event);
        if (event.type === 'interval') void server.close();
      }
      expect(seen.at(-1)).toMatchObject({ type: 'error', error: { code: 'peer-terminated' } });
      expect(seen.at(-1)).toHaveProperty('partial.sums.0.received.bytes');
    },
  );

  /** Hello, attached and start go out; grant, intervals and the result come in. */
  test.concurrent.for([1, 2, 3, 4, 5, 6])(
    'until the peer is gone, at message %i',
    async (fatal, { expect, onTestFinished }) => {
      const { server, events } = await ends(carrier, onTestFinished);
      const transport = changedTransport((channel) => gone(channel, fatal));
      const { error } = await collect(events({ seconds: 0.3 }, { transport }));
      if (error !== undefined) expect(error).toMatch(/^peer-lost: |^interrupted: /);
      const closed = server.close();
      expect(await Promise.race([closed.then(() => 'closed'), late(2)])).toBe('closed');
    },
  );

  test('is refused by a server that does not offer it', async ({ expect, onTestFinished }) => {
    const { run } = await ends(carrier, onTestFinished, { allowProto: ['ws'] });
    const { error, start } = await run();
    expect(error?.replace(/:\d+/, ':PORT')).toBe(
      `request-refused: 127.0.0.1:PORT: the server offers no --proto ${name}, but ws`,
    );
    expect(start).toBeUndefined();
  });
}

/** The connection is lost with the message of this number that it carries, either way. */
function gone(channel: Channel, fatal: number): Channel {
  let messages = 0;
  const count = () => {
    messages += 1;
    if (messages === fatal) channel.drop();
  };
  const [send, texts] = [channel.send.bind(channel), Object.getPrototypeOf(channel)];
  const hear = (listener: Channel['onText']) => {
    Reflect.set(texts, 'onText', listener, channel);
  };
  channel.send = (text) => {
    send(text);
    count();
  };
  return Object.defineProperty(channel, 'onText', {
    get: () => Reflect.get(texts, 'onText', channel),
    set: (listener: Channel['onText']) =>
      hear((text) => {
        listener(text);
        count();
      }),
  });
}

function late(seconds: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), 1000 * seconds));
}
