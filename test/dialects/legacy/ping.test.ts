/** `--ping` toward servers of the original: one that answers, and ones that do not as they should. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { runPingPlan } from '../../../src/client.js';
import { nodeHost } from '../../../src/host/node.js';
import type { PingPlan } from '../../../src/plan/plan.js';
import { FakeClock } from '../../support/fake-clock.js';
import { collectPings, interruptedPings } from '../../support/pings.js';
import { pingPlan } from '../../support/plans.js';
import { startFakeServer } from './fake-server.js';

const pong = (seq: number) => JSON.stringify({ type: 'pong', seq });

/** Calls `answer` with the number of each ping, once pings were asked for. */
function onPings(ws: WebSocket, answer: (seq: number) => void): void {
  ws.on('message', (data) => {
    const { type, seq } = JSON.parse(data.toString());
    if (type === 'ping') answer(seq);
  });
}

async function pingAgainst(answer: (ws: WebSocket) => void, changes: Partial<PingPlan> = {}) {
  const port = await startFakeServer(onTestFinished, answer);
  return collectPings(runPingPlan(pingPlan(port, changes)));
}

describe('pings to a server of the original', () => {
  it.each([0.02, 0])('are told as any other, one each %d s', async (intervalSeconds) => {
    const answer = (ws: WebSocket) => onPings(ws, (seq) => setTimeout(() => ws.send(pong(seq)), 30));
    const { all, start, pongs, notices, end } = await pingAgainst(answer, { intervalSeconds });
    expect(all.map(({ type }) => type)).toEqual(['ping-start', 'notice', ...Array(5).fill('pong'), 'ping-end']);
    expect(start).toMatchObject({ count: 5, intervalSeconds, dialect: 'legacy', peerSoftware: 'original wperf' });
    expect(notices).toEqual(['info: The server speaks the dialect of the original wperf.']);
    expect(pongs.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    for (const { rttMs } of pongs) expect(rttMs).toBeGreaterThan(28);
    expect(end).toMatchObject({ transmitted: 5, received: 5, lossPercent: 0, interrupted: false });
  });

  it('that are interrupted tell what they have', async () => {
    const port = await startFakeServer(onTestFinished, (ws) => onPings(ws, (seq) => ws.send(pong(seq))));
    const { last, early } = await interruptedPings(port);
    expect(last).toMatchObject({ type: 'ping-end', interrupted: true, received: 2 });
    expect(early).toBe('interrupted: interrupted before the first ping');
  });

  it('are not sent with --no-legacy, nor with a token that others could read', async () => {
    const heard: string[] = [];
    const listen = (ws: WebSocket) => ws.on('message', (data) => heard.push(data.toString()));
    expect((await pingAgainst(listen, { noLegacy: true })).error).toMatch(/^not-wperf: .*--no-legacy refuses$/);
    expect((await pingAgainst(listen, { token: 'sesame' })).error).toMatch(/^server-unproven: /);
    expect(heard).toEqual([]);
  });
});

describe('a server of the original that', () => {
  it('answers twice, or late, is believed once', async () => {
    const { pongs, end, error } = await pingAgainst((ws) =>
      onPings(ws, (seq) => {
        for (const old of [seq, seq, 0]) ws.send(pong(old));
      }),
    );
    expect(error).toBeUndefined();
    expect(pongs).toHaveLength(5);
    expect(end).toMatchObject({ transmitted: 5, received: 5 });
  });

  it.each<[string, (ws: WebSocket, seq: number) => void, object]>([
    ['is silent', () => {}, { error: expect.stringMatching(/^peer-lost: no ping was answered by /) }],
    [
      'answers one ping alone',
      (ws, seq) => seq === 3 && ws.send(pong(seq)),
      { end: expect.objectContaining({ transmitted: 5, received: 1, lossPercent: 80 }) },
    ],
  ])('%s is waited for within bounds', async (_what, answer, expected) => {
    const clock = new FakeClock();
    const port = await startFakeServer(onTestFinished, (ws) => onPings(ws, (seq) => answer(ws, seq)));
    const passing = setInterval(() => clock.advance(0.02), 5);
    const collected = await collectPings(runPingPlan(pingPlan(port), { host: { ...nodeHost, clock } }));
    clearInterval(passing);
    expect(collected).toMatchObject(expected);
    expect(collected.pongs).toHaveLength(5);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, (ws: WebSocket, seq: number) => void, RegExp]>([
    ['answers ahead', (ws, seq) => ws.send(pong(seq + 1)), /^protocol-violation: .* a ping that was not sent$/],
    ['answers out of all reason', (ws) => ws.send(pong(2 ** 60)), /^protocol-violation: .* where a pong was due$/],
    ['answers below zero', (ws) => ws.send(pong(-1)), /^protocol-violation: .* where a pong was due$/],
    ['says a number', (ws) => ws.send('7'), /^protocol-violation: .* where a pong was due$/],
    ['says nonsense', (ws) => ws.send('\u0007\u001b[2J'), /^protocol-violation: .* where a pong was due$/],
    ['says deep nonsense', (ws) => ws.send('['.repeat(4000)), /^protocol-violation: .* where a pong was due$/],
    ['says too much', (ws) => ws.send('x'.repeat(5000)), /^protocol-violation: .* a text of 5000 characters/],
    ['sends load', (ws) => ws.send(Buffer.alloc(100)), /^protocol-violation: .*not asked for/],
    ['floods', (ws, seq) => Array.from({ length: 3000 }, () => ws.send(pong(seq))), /over and over$/],
    ['vanishes', (ws) => ws.terminate(), /^peer-lost: /],
    ['refuses the token', (ws) => ws.close(1008, 'Invalid token'), /^token-required: .*Invalid token/],
  ])('%s is refused in one line', async (_what, answer, expected) => {
    const { error, end } = await pingAgainst((ws) => onPings(ws, (seq) => answer(ws, seq)));
    expect(error).toMatch(expected);
    expect(error).not.toMatch(/\p{Cc}/u);
    expect(end).toBeUndefined();
  });
});
