import { describe, expect, it } from 'vitest';
import type { StreamResult } from '../../../src/events/load.js';
import { pacingWarnings, refusalWarnings, warningsOf } from '../../../src/modes/load/warnings.js';

/** 25 packets a second. */
const paced = { mode: 'datagram', blockBytes: 1000, bitsPerSecond: 200_000 } as const;

const packets = { packets: 100, lost: 0, jitterMs: 0 };

function stream(id: number, changes: Partial<StreamResult>): StreamResult {
  return { id, direction: 'up', sender: true, sent: null, received: null, partial: false, packets, ...changes };
}

describe('a busy end', () => {
  const cpu = { total: 0, user: 0, system: 0 };
  const results = [stream(1, { sent: { start: 0, end: 5, bytes: 0 } })];
  const told = (busy: number, stalledSeconds: number) =>
    warningsOf('client', paced, results, [
      { usage: { cpu, busy }, stalledSeconds, remote: { cpu, busy, stalledSeconds } },
    ])
      .filter((text) => text.includes('busy'))
      .map((text) => text.replace(/:.*/, ''));

  it.each([
    [0.95, 3.5, []],
    [0.95, 0, ['The client was busy 95 % of the time', 'The server was busy 95 % of the time']],
    [0.98, 2.5, ['The client was busy 96 % of the time', 'The server was busy 96 % of the time']],
  ])('of %d that stood still for %d s is told without that time', (busy, stalledSeconds, warnings) => {
    expect(told(busy, stalledSeconds)).toEqual(warnings);
  });
});

describe('doubts about pacing', () => {
  it('are none where nothing was left out', () => {
    expect(
      pacingWarnings('client', paced, [stream(1, { pacing: { skipped: 0, lateSeconds: 0 } }), stream(2, {})]),
    ).toEqual([]);
  });

  it('name the only stream that they are about', () => {
    const results = [stream(1, {}), stream(2, { pacing: { skipped: 7, lateSeconds: 0.0331 } })];
    expect(pacingWarnings('client', paced, results)).toEqual([
      'Stream 2, up: the path took less than was asked; the sender skipped 7 packets.',
      'Stream 2, up: the client fell 34 ms behind the rate asked for.',
    ]);
  });

  it('are one line a direction, however many streams there are', () => {
    const results = [1, 2, 3].flatMap((id) => [
      stream(id, { pacing: { skipped: 10 * (id - 1), lateSeconds: id } }),
      stream(id, { direction: 'down', sender: false, packets: { ...packets, malformed: id } }),
    ]);
    expect(pacingWarnings('client', paced, results)).toEqual([
      '2 of 3 streams, up: the path took less than was asked; the sender skipped 30 packets.',
      '3 of 3 streams, up: the client fell 3.0 s behind the rate asked for.',
      '3 of 3 streams, down: 6 packets were malformed and are in no other figure.',
    ]);
  });

  it('do not blame the path for what a receiver that stood still did not take', () => {
    const skipping = (skipped: number) => [stream(1, { pacing: { skipped, lateSeconds: 0 } })];
    const stoodStill = { usage: { cpu: { total: 0, user: 0, system: 0 }, busy: 0 }, stalledSeconds: 2.4 };
    expect(pacingWarnings('server', paced, skipping(60), [stoodStill])).toEqual([
      'Stream 1, up: the server took nothing while it stood still; the sender skipped 60 packets.',
    ]);
    expect(pacingWarnings('server', paced, skipping(61), [stoodStill])).toEqual([
      'Stream 1, up: the server took nothing while it stood still, and the path less than was asked besides; the sender skipped 61 packets.',
    ]);
    expect(pacingWarnings('client', paced, skipping(60), [stoodStill])).toEqual([
      'Stream 1, up: the path took less than was asked; the sender skipped 60 packets.',
    ]);
  });

  it('do not blame a receiver of real datagrams, which holds no sender up', () => {
    const span = { start: 0, end: 4, bytes: 0 };
    const real = { ...packets, socketDrops: 0 };
    const skipping = stream(1, { sent: span, packets: real, pacing: { skipped: 60, lateSeconds: 0 } });
    const stoodStill = { usage: { cpu: { total: 0, user: 0, system: 0 }, busy: 0 }, stalledSeconds: 2.4 };
    expect(pacingWarnings('server', paced, [skipping], [stoodStill])).toEqual([
      'Stream 1, up: the path took less than was asked; the sender skipped 60 packets.',
    ]);
  });

  it('do not blame the path for what a receiver left unread, by the word of the sender', () => {
    const skipping = (skipped: number) => [stream(1, { pacing: { skipped, lateSeconds: 0 } })];
    const usage = { cpu: { total: 0, user: 0, system: 0 }, busy: 0 };
    const unread = 'Stream 1, up: the server took nothing for 2.0 s of what had reached it';
    expect(pacingWarnings('client', paced, skipping(50), [{ usage, unreadSeconds: 2 }])).toEqual([
      `${unread}; the sender skipped 50 packets.`,
    ]);
    expect(pacingWarnings('client', paced, skipping(51), [{ usage, unreadSeconds: 2 }])).toEqual([
      `${unread}, and the path less than was asked besides; the sender skipped 51 packets.`,
    ]);
    expect(pacingWarnings('server', paced, skipping(50), [{ usage, remote: { unreadSeconds: 2 } }])).toEqual([
      `${unread}; the sender skipped 50 packets.`,
    ]);
    expect(pacingWarnings('server', paced, skipping(50), [{ usage, unreadSeconds: 2 }])).toEqual([
      'Stream 1, up: the path took less than was asked; the sender skipped 50 packets.',
    ]);
  });

  it('tell what a sender skipped where its receiver told nothing', () => {
    const { packets: _, ...untold } = stream(1, { pacing: { skipped: 7, lateSeconds: 0 } });
    expect(pacingWarnings('client', paced, [untold])).toEqual([
      'Stream 1, up: the path took less than was asked; the sender skipped 7 packets.',
    ]);
  });

  it('of blocks that are no packets tell the time alone', () => {
    const { packets: _, ...blocks } = stream(1, { pacing: { skipped: 7, lateSeconds: 2 } });
    expect(pacingWarnings('server', { ...paced, mode: 'throughput' }, [blocks])).toEqual([
      'Stream 1, up: the client fell 2.0 s behind the rate asked for.',
    ]);
  });
});

describe('doubts about datagrams', () => {
  it('name the end whose own system refused them', () => {
    const usage = { cpu: { total: 0, user: 0, system: 0 }, busy: 0 };
    const remote = { type: 'result', ...usage, refusedDatagrams: 5 } as const;
    const outcomes = [{ usage, refusedDatagrams: 2, remote }, { usage, refusedDatagrams: 1 }, { usage }];
    const text = (end: string, datagrams: number) =>
      `The system of the ${end} refused to send ${datagrams} datagrams, as a firewall of its own or an interface that is down has it do: that end lost them, not the path.`;
    expect(refusalWarnings('client', outcomes)).toEqual([text('client', 3), text('server', 5)]);
    expect(refusalWarnings('server', outcomes)).toEqual([text('server', 3), text('client', 5)]);
    expect(refusalWarnings('client', [{ usage }])).toEqual([]);
  });
});
