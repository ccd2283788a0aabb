/** Both ends of a stream over an in-memory connection that cuts bytes in awkward places. */
import { describe, expect, it } from 'vitest';
import { Conversation } from '../../../src/dialects/native/wire/conversation.js';
import { NativeTalk } from '../../../src/dialects/native/wire/talk.js';
import { systemClock } from '../../../src/host/clock.js';
import { nodeHost } from '../../../src/host/node.js';
import type { StreamOutcome, StreamReport } from '../../../src/modes/load/stream/figures.js';
import type { StreamOptions } from '../../../src/modes/load/stream/options.js';
import { startStream } from '../../../src/modes/load/stream/stream.js';
import type { TestPlan } from '../../../src/plan/plan.js';
import { encodeMessage } from '../../../src/protocol/codec.js';
import type { Message } from '../../../src/protocol/messages.js';
import { discard } from '../../../src/transport/channel.js';
import { channelPair } from '../../support/channel-pair.js';
import { shortTest } from '../../support/plans.js';

interface Ran {
  readonly client: StreamOutcome;
  readonly server: StreamOutcome;
  readonly reports: { readonly client: StreamReport[]; readonly server: StreamReport[] };
}

async function run(changes: Partial<TestPlan>, cuts = [1, 2, 3, 7, 65_536, 11]): Promise<Ran> {
  const channels = await channelPair({ cuts });
  const test = { ...shortTest, ...changes };
  const reports: Ran['reports'] = { client: [], server: [] };
  const start = (role: 'client' | 'server') =>
    startStream({
      role,
      test,
      stream: {
        talk: new NativeTalk(new Conversation(channels[role], systemClock), role),
        ...{ data: channels[role], link: channels[role] },
      },
      host: nodeHost,
      resultSeconds: 5,
      stop: new AbortController().signal,
      onInterval: (report) => reports[role].push(report),
    }).outcome;
  const server = start('server');
  const client = start('client');
  const ran = { client: await client, server: await server, reports };
  channels.client.drop();
  return ran;
}

/** A client whose server takes everything and says nothing but what `speak` has it say. */
async function alone(
  changes: Partial<TestPlan>,
  options: Partial<StreamOptions> = {},
  speak = (_say: (message: Message) => void) => {},
) {
  const channels = await channelPair({ cuts: [Number.POSITIVE_INFINITY] });
  channels.server.sink = discard;
  speak((message) => channels.server.send(encodeMessage(message)));
  const outcome = startStream({
    role: 'client',
    test: { ...shortTest, ...changes },
    stream: {
      talk: new NativeTalk(new Conversation(channels.client, systemClock), 'client'),
      ...{ data: channels.client, link: channels.client },
    },
    host: nodeHost,
    resultSeconds: 0.1,
    stop: new AbortController().signal,
    onInterval: () => {},
    ...options,
  }).outcome;
  return { client: await outcome.finally(() => channels.client.drop()) };
}

const bytesOf = (reports: readonly StreamReport[], sender: boolean) =>
  reports.filter((report) => report.sender === sender).reduce((sum, { record }) => sum + record.bytes, 0);

it('waits for the result of a far side that began late, as its intervals tell', async () => {
  const received = { start: 0, end: 0.5, bytes: 1000 };
  const { client } = await alone({ seconds: 0.5, direction: 'up' }, {}, (say) => {
    const interval = { index: 0, omitted: false, start: 0, end: 0.1, bytes: 10 };
    setTimeout(() => say({ type: 'interval', ...interval }), 400);
    setTimeout(() => say({ type: 'result', received, cpu: { total: 1, user: 1, system: 0 }, busy: 0.1 }), 750);
  });
  expect(client.remote?.received).toEqual(received);
});

describe('a stream by bytes', () => {
  it.each(['up', 'down'] as const)('delivers exactly what was asked for, %s', async (direction) => {
    const { client, server, reports } = await run({ direction, bytes: 1_000_003, seconds: 60 });
    const [from, to] = direction === 'up' ? [client, server] : [server, client];
    expect(to.received?.bytes).toBe(1_000_003);
    expect(from.sent?.bytes).toBe(1_000_003);
    expect(from.remote?.received).toEqual(to.received);
    expect(to.remote?.sent).toEqual(from.sent);
    expect(from.received).toBeUndefined();
    expect(bytesOf(direction === 'up' ? reports.client : reports.server, true)).toBe(1_000_003);
  });

  it('delivers both ways at once', async () => {
    const { client, server, reports } = await run({ direction: 'bidir', bytes: 700_001, seconds: 60 });
    for (const end of [client, server]) {
      expect(end.sent?.bytes).toBe(700_001);
      expect(end.received?.bytes).toBe(700_001);
      expect(end.reported?.bytes).toBe(700_001);
    }
    expect(bytesOf(reports.client, false)).toBe(700_001);
  });
});

describe('a stream by bytes and time', () => {
  it.each(['up', 'down', 'bidir'] as const)('ends when its time is over before, %s', async (direction) => {
    const { client, server } = await run({ direction, bytes: 1e12, seconds: 0.3 }, [Number.POSITIVE_INFINITY]);
    const [from, to] = direction === 'up' ? [client, server] : [server, client];
    expect(to.received?.bytes).toBeGreaterThan(0);
    expect(to.received?.end).toBeLessThan(1);
    expect(from.remote?.received).toEqual(to.received);
  });

  it('does not wait beyond its time for a far side that never tells its result', async () => {
    const { client } = await alone({ direction: 'up', bytes: 1000, seconds: 0.2 });
    expect(client.sent?.bytes).toBe(1000);
    expect(client.remote).toBeUndefined();
  });

  it('does not wait beyond its time for the first byte', async () => {
    const { client } = await alone({ direction: 'down', bytes: 1000, seconds: 0.2 });
    expect(client.received?.bytes).toBe(0);
  });
});

it('gives a server up that sends nothing for as long as the plan says', async () => {
  await expect(alone({ direction: 'down', seconds: 60 }, { silenceSeconds: 0.2 })).rejects.toThrow(
    /^no load arrived from .* within 0\.2 s$/,
  );
});

describe('a stream by time', () => {
  it.each(['up', 'down', 'bidir'] as const)('ends on time with intervals that add up, %s', async (direction) => {
    const { client, server, reports } = await run({ direction, seconds: 0.35 }, [Number.POSITIVE_INFINITY]);
    const receivers =
      direction === 'bidir'
        ? (['client', 'server'] as const)
        : direction === 'up'
          ? (['server'] as const)
          : (['client'] as const);
    for (const role of receivers) {
      const { received } = { client, server }[role];
      expect(received?.bytes).toBeGreaterThan(0);
      expect(received?.end).toBeGreaterThanOrEqual(0.35);
      const own = reports[role].filter((report) => !report.sender);
      // A number is left out where a cut comes so late that it covers two.
      expect([0, 1, 2, 3]).toEqual(expect.arrayContaining(own.map(({ record }) => record.index)));
      expect(bytesOf(own, false)).toBe(received?.bytes);
    }
  });

  it('leaves out what was omitted at both ends', async () => {
    const { client, server, reports } = await run({ omitSeconds: 0.4, seconds: 0.2 }, [Number.POSITIVE_INFINITY]);
    const counted = reports.server.filter(({ record }) => !record.omitted);
    expect(reports.server.some(({ record }) => record.omitted)).toBe(true);
    expect(bytesOf(counted, false)).toBe(server.received?.bytes);
    expect(server.received?.bytes).toBeLessThan(bytesOf(reports.server, false));
    expect(client.sent?.end).toBeLessThan(0.55);
    expect(client.reported?.bytes).toBe(server.received?.bytes);
  });

  it('keeps to the rate asked for', async () => {
    const { client, server } = await run({ bitsPerSecond: 20e6, blockBytes: 4096, seconds: 1 });
    const { skipped = 0, lateSeconds = 0 } = client.pacing ?? {};
    const rate = (((server.received?.bytes ?? 0) + skipped * 4096) * 8) / ((server.received?.end ?? 1) - lateSeconds);
    expect(rate / 20e6).toBeGreaterThan(0.97);
    expect(rate / 20e6).toBeLessThan(1.03);
  });
});
