/** Documents of tests that never ran, as a reader finds them. */
import type { EndEvent, StartEvent, TestEvent } from '../../src/events/load.js';
import { latencyReport } from '../../src/measure/latency/latency.js';
import { queueReport } from '../../src/measure/latency/queues.js';
import type { PacketSummary } from '../../src/measure/packets/packets.js';
import { asRead, type Whole } from '../../src/report/document/read.js';
import { DocumentBuilder } from '../../src/report/json/document.js';
import { endOf, identity, intervalOf, startOf } from './fixtures.js';

export function documentOf(events: readonly TestEvent[]): Record<string, unknown> {
  const builder = new DocumentBuilder(identity, { withTrips: true });
  const [document] = events.map((event) => builder.add(event)).filter((made) => made !== undefined);
  if (document === undefined) throw new Error('a test without an end');
  return document;
}

export const readOf = (events: readonly TestEvent[]): Whole => asRead(documentOf(events));

export const trips = {
  idleMs: [20, 21, 22],
  loaded: [
    { atSeconds: 0, rttMs: 120, queued: { upMs: 99, downMs: 1 } },
    { atSeconds: 1, rttMs: 122, queued: { upMs: 2, downMs: 100 } },
    { atSeconds: 2, rttMs: null },
  ],
  oneOf: 1,
};

export const latencyOf = (direction: 'up' | 'down' | 'bidir') => ({
  ...latencyReport(direction, { idleMs: [20, 21, 22], loadedMs: [120, 121, 122], unansweredMs: [] }),
  ...queueReport(
    trips.loaded.flatMap(({ atSeconds, queued }) => (queued ? [{ sentMs: 1000 * atSeconds, ...queued }] : [])),
  ),
  trips,
});

/** Two seconds of 1 Gbit/s, with latency. */
export function wholeOf(start: StartEvent, more: Partial<EndEvent> = {}): TestEvent[] {
  const latency = latencyOf(start.test.direction);
  return [start, intervalOf(start, 0), intervalOf(start, 1), endOf(start, { latency, ...more })];
}

export const packets: PacketSummary = {
  ...{ packets: 1000, lost: 15, outOfOrder: 2, duplicates: 1, jitterMs: 0.25, malformed: 0 },
};

/** The same of numbered packets: in each interval and in the end 1.5 % of them are lost. */
export function packetsOf(start: StartEvent): TestEvent[] {
  return wholeOf(start).map((event) => {
    if (event.type !== 'interval' && event.type !== 'end') return event;
    const [streams, sums] = [event.streams, event.sums].map((rows) => rows.map((row) => ({ ...row, packets })));
    const { latency: _, ...rest } = event.type === 'end' ? event : { ...event, latency: undefined };
    return { ...rest, streams, sums } as TestEvent;
  });
}

export const datagram = startOf({ mode: 'datagram', blockBytes: 1400 }, { packets: 'real', transport: 'udp' });
