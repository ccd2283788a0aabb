/** The whole of a trace in this process, over loopback. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../src/events/route.js';
import type { TraceOptions } from '../../src/trace/options.js';
import type { TraceTools } from '../../src/trace/tools.js';
import { traceroute } from '../../src/trace/traceroute.js';

async function eventsOf(options: TraceOptions, tools: TraceTools = {}): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  for await (const event of traceroute({ names: false, ...options }, tools)) events.push(event);
  return events;
}

describe.skipIf(process.platform !== 'linux')('over loopback (Linux)', () => {
  test.each(['127.0.0.1', '::1'])('%s is one hop away', async (host) => {
    const annotate = (ip: string) => ({ label: `range of ${ip}` });
    const [start, hop, end, ...more] = await eventsOf({ host }, { annotate });
    expect(start).toMatchObject({ type: 'trace-start', host, ip: host, protocol: 'udp', maxHops: 30, queries: 3 });
    expect(hop).toMatchObject({ type: 'trace-hop', ttl: 1, sent: 3, lost: 0, end: 'target' });
    expect(hop).toMatchObject({ addresses: [{ ip: host, label: `range of ${host}` }] });
    expect(end).toMatchObject({ type: 'trace-end', reason: 'target', hops: 1, rateLimitedTtls: [] });
    expect(more).toEqual([]);
  });

  test('a trace given up beforehand tells no hop', async () => {
    const events = await eventsOf({ host: '127.0.0.1' }, { signal: AbortSignal.abort() });
    expect(events.map(({ type }) => type)).toEqual(['trace-start', 'trace-end']);
    expect(events[1]).toMatchObject({ reason: 'interrupted', hops: 0 });
  });

  test('no descriptor is left, however a trace ends', async () => {
    const endEarly = async () => {
      for await (const _ of traceroute({ host: '127.0.0.1' })) break;
    };
    const endAll = async () => {
      await Promise.all([eventsOf({ host: '127.0.0.1' }), eventsOf({ host: '::1', protocol: 'tcp' }), endEarly()]);
      await eventsOf({ host: '127.0.0.1' }, { signal: AbortSignal.abort() });
    };
    await endAll();
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 10; round++) await endAll();
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });

  test('options are checked before anything is opened', async () => {
    await expect(eventsOf({ host: '127.0.0.1', queries: 0 })).rejects.toMatchObject({ code: 'usage' });
    await expect(eventsOf({ host: '127.0.0.1', port: 65_500 })).rejects.toMatchObject({ code: 'usage' });
  });
});
