/** `--udp` toward servers of the original: what is sent, what is believed of the answer, and what is missing. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { runClientPlan } from '../../../src/client.js';
import { nodeHost } from '../../../src/host/node.js';
import type { ClientPlan } from '../../../src/plan/plan.js';
import { packetCodec } from '../../../src/protocol/packet-header.js';
import { collect } from '../../support/events.js';
import { FakeClock } from '../../support/fake-clock.js';
import { clientPlan } from '../../support/plans.js';
import { startFakeServer } from './fake-server.js';

const packets = { mode: 'datagram', blockBytes: 1400, bitsPerSecond: 4_000_000 } as const;

const figures = (total: number, changes = {}) =>
  JSON.stringify({ jitter_ms: 0.5, lost_packets: 1, total_packets: total, loss_percent: 0, ...changes });

interface Heard {
  readonly texts: string[];
  readonly packets: Buffer[];
}

/** Runs a test against a server that keeps what it hears, and calls `answer` when the client says that it is done. */
async function sendTo(answer: (ws: WebSocket, heard: Heard) => void, changes: Partial<ClientPlan> = {}) {
  const heard: Heard = { texts: [], packets: [] };
  const port = await startFakeServer(onTestFinished, (ws) =>
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) heard.packets.push(data);
      else heard.texts.push(data.toString());
      if (heard.texts.at(-1) === 'EOT_C') answer(ws, heard);
    }),
  );
  const collected = await collect(runClientPlan(clientPlan(port, { ...packets, ...changes })));
  return { ...collected, heard };
}

const answered = (ws: WebSocket, heard: Heard) => {
  ws.send(figures(heard.packets.length));
  ws.close(1000);
};

describe('packets to a server of the original', () => {
  it('go out numbered and stamped at the rate asked for, and what it says of them is the report', async () => {
    const { heard, start, intervals, end, error } = await sendTo(answered);
    expect(error).toBeUndefined();
    expect(start).toMatchObject({ dialect: 'legacy', test: { mode: 'datagram', blockBytes: 1400, streams: 1 } });
    expect(heard.texts).toEqual(['UDP', 'EOT_C']);
    const headers = heard.packets.map((packet) => packetCodec.read(packet));
    expect(headers.map((header) => header?.number)).toEqual(heard.packets.map((_, i) => i));
    expect(heard.packets.every((packet) => packet.length === 1400)).toBe(true);
    const stamps = headers.map((header) => (header?.stampNs ?? 0) / 1e6);
    expect(Math.abs((stamps.at(-1) ?? 0) - Date.now())).toBeLessThan(5000);
    expect([...stamps].sort((a, b) => a - b)).toEqual(stamps);

    const [sum] = end?.sums ?? [];
    expect(sum?.packets).toEqual({ jitterMs: 0.5, lost: 1, packets: heard.packets.length });
    expect(sum).toMatchObject({ received: null, sent: { bytes: 1400 * heard.packets.length } });
    expect(end?.streams[0]?.pacing).toMatchObject({ skipped: 0 });
    expect(end?.warnings.join()).toContain("receiver's bytes, reordering and duplicates are missing");
    for (const { streams } of intervals) expect(streams[0]).toMatchObject({ senderCount: true });
    for (const { streams } of intervals) expect(streams[0]).not.toHaveProperty('packets');
  });

  it('that came to nothing at the very end are lost, though its total does not know of them', async () => {
    const { heard, end } = await sendTo((ws, { packets: all }) => ws.send(figures(all.length - 3)), { seconds: 0.1 });
    const packets = heard.packets.length;
    expect(end?.sums[0]?.packets).toEqual({ jitterMs: 0.5, lost: 1 + 3, packets });
  });

  it('end with a whole packet in a test by bytes', async () => {
    const { heard, end } = await sendTo(answered, { bytes: 3000, seconds: 60, streams: 1 });
    expect(heard.packets).toHaveLength(3);
    expect(end?.sums[0]?.sent?.bytes).toBe(4200);
  });

  it.each(['down', 'bidir'] as const)('are not asked for: %s is refused', async (direction) => {
    const { error, heard } = await sendTo(answered, { direction });
    expect(error).toMatch(
      /^request-refused: 127\.0\.0\.1:\d+ is of the original wperf, .*: leave -R and --bidir away$/,
    );
    expect(heard.texts).toEqual([]);
  });

  it('all count, omitted seconds or not', async () => {
    const { all, start } = await sendTo(answered, { omitSeconds: 0.1 });
    expect(start?.test.omitSeconds).toBe(0);
    expect(all).toContainEqual(expect.objectContaining({ text: 'It cannot be asked for packets that do not count.' }));
  });

  it('that are interrupted are reported as far as they went', async () => {
    const stop = new AbortController();
    const port = await startFakeServer(onTestFinished, (ws) => {
      let count = 0;
      ws.on('message', (data: Buffer, isBinary) => {
        if (isBinary) count += 1;
        else if (data.toString() === 'EOT_C') ws.send(figures(count));
      });
    });
    const plan = clientPlan(port, { ...packets, seconds: 60 });
    setTimeout(() => stop.abort(), 300);
    const { end } = await collect(runClientPlan(plan, { signal: stop.signal }));
    expect(end).toMatchObject({ interrupted: true });
    expect(end?.sums[0]?.packets?.packets).toBeGreaterThan(10);
  });
});

describe('a server of the original that', () => {
  it.each<[string, (ws: WebSocket, heard: Heard) => void]>([
    [
      'lost more than there were',
      (ws, { packets: all }) => ws.send(figures(all.length, { lost_packets: all.length + 1 })),
    ],
    ['counted more than there were', (ws, { packets: all }) => ws.send(figures(all.length + 1))],
    ['counted out of all reason', (ws) => ws.send(figures(2 ** 60))],
    ['lost more than it counted', (ws) => ws.send(figures(1, { lost_packets: 2 }))],
    ['trembles backwards', (ws, { packets: all }) => ws.send(figures(all.length, { jitter_ms: -1 }))],
    ['counts in words', (ws) => ws.send(figures(1, { total_packets: 'many' }))],
    ['counts what is no number', (ws) => ws.send('{"jitter_ms": NaN, "lost_packets": 0, "total_packets": 0}')],
    ['says nonsense', (ws) => ws.send('\u0007')],
    ['hangs up', (ws) => ws.terminate()],
    ['sends load', (ws) => ws.send(Buffer.alloc(100))],
  ])('%s is not believed, and the sender keeps its count', async (_what, answer) => {
    const { end, error } = await sendTo(answer, { seconds: 0.1 });
    expect(error).toBeUndefined();
    expect(end?.sums[0]).not.toHaveProperty('packets');
    expect(end?.sums[0]?.sent?.bytes).toBeGreaterThan(0);
    expect(end?.warnings.join()).toContain('jitter and loss are missing');
  });

  it('says nothing is not waited for without end', async () => {
    const clock = new FakeClock();
    const port = await startFakeServer(onTestFinished, (ws) => ws.on('message', () => {}));
    const passing = setInterval(() => clock.advance(0.02), 5);
    const { end } = await collect(runClientPlan(clientPlan(port, packets), { host: { ...nodeHost, clock } }));
    clearInterval(passing);
    expect(end?.warnings.join()).toContain('jitter and loss are missing');
    expect(clock.pending).toBe(0);
  });

  it.each<[string, (ws: WebSocket) => void, RegExp]>([
    ['talks between packets', (ws) => ws.send('EOT'), /^protocol-violation: .* sent a text where load was due$/],
    ['answers too soon', (ws) => ws.send(figures(1)), /^protocol-violation: .* sent a text where load was due$/],
    ['goes midway', (ws) => ws.terminate(), /^peer-lost: /],
  ])('%s fails the test', async (_what, act, expected) => {
    const port = await startFakeServer(onTestFinished, (ws) =>
      ws.on('message', (_data, isBinary) => {
        if (isBinary) act(ws);
      }),
    );
    const { error, end } = await collect(runClientPlan(clientPlan(port, { ...packets, seconds: 5 })));
    expect(error).toMatch(expected);
    expect(end).toBeUndefined();
  });
});
