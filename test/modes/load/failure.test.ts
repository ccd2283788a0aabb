import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import type { EndEvent, SimulationReport } from '../../../src/events/load.js';
import { failureOf, servedFailureOf } from '../../../src/modes/load/failure.js';
import type { Direction } from '../../../src/plan/plan.js';
import { startServerPlan } from '../../../src/server/server.js';
import { collect } from '../../support/events.js';
import { startScripted } from '../../support/peers/scripted-proxy.js';
import { clientPlan } from '../../support/plans.js';

const span = (bytes: number) => ({ start: 0, end: 1, bytes });

/** What arrived in each stream; null is not known. */
type Arrived = { readonly [D in Direction]?: readonly (number | null)[] };

function endOf(arrived: Arrived, changes: Partial<EndEvent> = {}): EndEvent {
  const ways = (['up', 'down'] as const).flatMap((direction) => {
    const all = arrived[direction];
    return all ? [{ direction, all }] : [];
  });
  const usual = { sender: false, partial: false, sent: span(100) };
  const streams = ways.flatMap(({ direction, all }) =>
    all.map((bytes, i) => ({ ...usual, id: i + 1, direction, received: bytes === null ? null : span(bytes) })),
  );
  const sums = ways.map(({ direction, all }) => {
    const bytes = all.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    return { ...usual, direction, received: all.includes(null) ? null : span(bytes) };
  });
  const cpu = { local: { total: 0, user: 0, system: 0 }, remote: null };
  return { type: 'end', streams, sums, cpu, interrupted: false, warnings: [], ...changes };
}

const told = (end: EndEvent, tellsArrival = true) => failureOf(end, [], 's:1', tellsArrival)?.line;

describe('a test that ended', () => {
  it.each([[{ up: [1] }], [{ up: [0, 1] }], [{ up: [null, 1] }], [{ up: [1], down: [null, 1] }]])(
    'has not failed where load arrived: %j',
    (arrived) => {
      expect(told(endOf(arrived))).toBeUndefined();
    },
  );

  it.each([
    [{ up: [0] }, 'no load arrived to s:1: control'],
    [{ down: [0, 0] }, 'no load arrived from s:1: control'],
    [{ up: [null, null] }, 'nothing tells that any load arrived to s:1: control'],
    [{ up: [1], down: [null] }, 'nothing tells that any load arrived from s:1: control'],
    [{ up: [null], down: [0] }, 'no load arrived from s:1: control'],
  ])('has failed where none did, or nothing tells: %j', (arrived, line) => {
    expect(told(endOf(arrived))).toContain(line);
  });

  it('has not failed for what its peer tells nobody', () => {
    expect(told(endOf({ up: [null] }), false)).toBeUndefined();
    expect(told(endOf({ up: [0] }), false)).toContain('no load arrived');
  });

  it('says so where pings were not answered any more either', () => {
    const line = (end: EndEvent) => failureOf(end, [], 's:1', true, 'unanswered')?.line;
    expect(line(endOf({ up: [null] }))).toMatch(/arrived to s:1: pings were not answered any more either: the path/);
    expect(line(endOf({ down: [0] }))).toContain('arrived from s:1: pings were not answered');
    expect(line(endOf({ up: [1] }))).toBeUndefined();
  });

  it('blames no MTU for what nobody knows', () => {
    const line = (end: EndEvent) => failureOf(end, [], 's:1', true, 'none')?.line;
    expect(line(endOf({ up: [null] }))).toMatch(/^nothing tells .* to s:1: the path or the server may have failed/);
    expect(line(endOf({ up: [0] }))).toContain('no load arrived to s:1: control');
    expect(line(endOf({ up: [1] }))).toBeUndefined();
  });

  it('lost what it was asked to lose', () => {
    const simulation = { configured: { lossPercent: 100 } } as SimulationReport;
    expect(told(endOf({ up: [0] }, { simulation }))).toBe(
      'no load arrived to s:1: the loss that was asked for leaves none',
    );
  });

  it('has failed at the server where it is known that no load arrived', () => {
    const line = (end: EndEvent) => servedFailureOf(end, 'c:1')?.line;
    expect(line(endOf({ up: [0, 0] }))).toContain('no load arrived from c:1: control');
    expect(line(endOf({ up: [1], down: [0] }))).toContain('no load arrived to c:1: control');
    expect(line(endOf({ up: [0, 1], down: [null] }))).toBeUndefined();
    expect(line(endOf({ up: [0] }, { interrupted: true }))).toBeUndefined();
  });

  it('early has failed where the server was stopped, and only there', () => {
    const end = endOf({ up: [null] }, { interrupted: true });
    const outcome = { usage: { cpu: { total: 0, user: 0, system: 0 } } };
    expect(failureOf(end, [], 's:1', true)).toBeUndefined();
    expect(failureOf(end, [{ ...outcome, ended: 'interrupted' }] as never, 's:1', true)).toBeUndefined();
    expect(failureOf(end, [{ ...outcome, ended: 'shutdown' }] as never, 's:1', true)?.code).toBe('peer-terminated');
  });
});

describe('a relay on the way that stops passing anything on', () => {
  /** After so many bytes on one of its connections, on all of them. */
  async function startStalling(port: number, afterBytes: number): Promise<number> {
    const all: Socket[] = [];
    const pass = (from: Socket, to: Socket) =>
      from.on('data', (bytes) => {
        if (from.bytesRead < afterBytes) to.write(bytes);
        else for (const each of all) each.pause().removeAllListeners('data');
      });
    return startScripted(onTestFinished, (client, first) => {
      const server = connect(port, '127.0.0.1', () => server.write(first));
      onTestFinished(() => void server.destroy());
      all.push(
        client,
        server.on('error', () => {}),
      );
      pass(client, server);
      pass(server, client);
    });
  }

  it('leaves a warning where some figures came before', async () => {
    const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
    onTestFinished(() => server.close());
    const port = await startStalling(server.address.port, 1_000_000);
    const slow = { bitsPerSecond: 20e6, seconds: 2.2, intervalSeconds: 0.1, latency: true };
    const { error, end } = await collect(runClientPlan(clientPlan(port, slow)));
    expect(error).toBeUndefined();
    expect(end?.sums[0]).toMatchObject({ partial: true });
    expect(end?.warnings.join()).toMatch(/Pings were not answered any more: the path or the server may have failed/);
  });

  it('is not taken for one where no pings go beside the load, either', async () => {
    const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
    onTestFinished(() => server.close());
    const port = await startStalling(server.address.port, 100_000);
    const packets = { mode: 'datagram', blockBytes: 1400, bitsPerSecond: 10e6, intervalSeconds: 5 } as const;
    const { error } = await collect(runClientPlan(clientPlan(port, { ...packets, seconds: 1, latency: false })));
    expect(error).toMatch(/^no-load: nothing tells that any load arrived to [\d.:]+: the path or the server may have/);
  });

  it('is not taken for a path that drops full packets', async () => {
    const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
    onTestFinished(() => server.close());
    const port = await startStalling(server.address.port, 1_000_000);
    const { error } = await collect(
      runClientPlan(clientPlan(port, { seconds: 1.5, intervalSeconds: 5, latency: true })),
    );
    expect(error).toMatch(/^no-load: nothing tells that any load arrived to [\d.:]+: pings were not answered any more/);
  });
});
