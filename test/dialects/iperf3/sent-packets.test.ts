/** Packets that an end of iperf3's dialect sends: it counts them itself, interval by interval. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { runClientPlan } from '../../../src/client.js';
import type { IntervalEvent, TestEvent } from '../../../src/events/load.js';
import { countSentPackets } from '../../../src/modes/load/stream/sender/sender-intervals.js';
import { IntervalMerger } from '../../../src/report/interval-merger.js';
import { makeJsonRecorder, makeRecorder } from '../../../src/report/recorder.js';
import { startServerPlan } from '../../../src/server/server.js';
import { identity } from '../../report/fixtures.js';
import { collect, sorted } from '../../support/events.js';
import { clientPlan } from '../../support/plans.js';

const PACKET_BYTES = 1000;

async function measure(direction: 'up' | 'down') {
  const server = await startServerPlan({ host: '127.0.0.1', port: 0, oneOff: false });
  onTestFinished(() => server.close());
  const served: TestEvent[] = [];
  server.on('test', (event) => served.push(event));
  const packets = { mode: 'datagram', blockBytes: PACKET_BYTES, bitsPerSecond: 4e6, streams: 2, direction } as const;
  const client = await collect(runClientPlan(clientPlan(server.address.port, { iperf3: {}, ...packets })));
  await server.close();
  return { client, server: sorted(served) };
}

const sentIn = (intervals: readonly IntervalEvent[]) =>
  intervals.map(({ streams, sums }) => ({
    streams: streams.reduce((sum, { sentPackets = Number.NaN }) => sum + sentPackets, 0),
    sum: sums[0]?.sentPackets,
    due: streams.reduce((sum, { bytes }) => sum + bytes, 0) / PACKET_BYTES,
  }));

describe('the packets that are sent in an interval are counted', () => {
  it.each([
    ['by a client', 'up', 'client', 'server'],
    ['by a server', 'down', 'server', 'client'],
  ] as const)('%s', async (_who, direction, sender, receiver) => {
    const ends = await measure(direction);
    const intervals = sentIn(ends[sender].intervals);
    expect(intervals.length).toBeGreaterThan(0);
    for (const { streams, sum, due } of intervals) expect([streams, sum]).toEqual([due, due]);
    expect(ends[receiver].intervals[0]?.streams[0]).not.toHaveProperty('sentPackets');
  });

  it('and told in text and in JSON, alone or joined', async () => {
    const { client } = await measure('up');
    const [text, json, joined] = [makeRecorder(identity), makeJsonRecorder(identity), makeJsonRecorder(identity)];
    const merger = new IntervalMerger(joined, 0.2);
    for (const event of client.all) for (const each of [text, json, merger]) each.event(event);
    const [first] = sentIn(client.intervals);
    expect(first?.sum).toBeGreaterThan(0);
    expect(text.text()).toMatch(new RegExp(`^\\[SUM\\].*bits/sec +${first?.sum} +\\(sent\\)$`, 'm'));
    const { intervals } = JSON.parse(json.text());
    expect(intervals[0].sum).toMatchObject({ packets: first?.sum, sender_count: true });
    expect(intervals[0].streams[0].packets).toBe(client.intervals[0]?.streams[0]?.sentPackets);
    const { packets, bytes } = JSON.parse(joined.text()).intervals[0].sum;
    expect(packets).toBe(bytes / PACKET_BYTES);
  });

  it('whole, wherever the interval ends', () => {
    const count = countSentPackets(100);
    expect([50, 149, 1, 300].map(count)).toEqual([0, 1, 1, 3]);
  });
});
