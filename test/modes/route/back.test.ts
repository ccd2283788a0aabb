/** Traces to a client: which probes go on where others fall silent, and what is told of them. */
import { describe, expect, it } from 'vitest';
import { WperfError } from '../../../src/errors.js';
import type { TraceEvent, TraceHop } from '../../../src/events/route.js';
import { type JobTools, type TraceJob, traceBack } from '../../../src/modes/route/desk/back.js';
import type { TraceWish } from '../../../src/plan/plan.js';
import type { InbandChannel } from '../../../src/trace/inband/live-connection.js';
import type { TraceOptions } from '../../../src/trace/options.js';
import { usualWish } from '../../support/plans.js';

type End = 'target' | 'refused' | undefined;

/** A path as one way of probing sees it: `-` is silence, `!` refuses, `.` is the client, and `#` a firewall of the server's own. */
async function* path(
  marks: string,
  from: number,
  queries: number,
  prober: 'linux-raw' | 'inband',
): AsyncGenerator<TraceEvent> {
  const ip = '192.0.2.7';
  const asked = { firstHop: from, maxHops: 30, queries, timeoutSeconds: 1 };
  const start = { type: 'trace-start', wallMs: 0, direction: 'forward', host: ip, ip, family: 4 } as const;
  yield { ...start, ...asked, protocol: 'udp', prober };
  let end: End;
  for (const [index, mark] of [...marks].entries()) {
    if (index + 1 < from) continue;
    if (mark === '#') throw new WperfError('unreachable', 'cannot send');
    end = mark === '.' ? 'target' : mark === '!' ? 'refused' : undefined;
    yield hop(index + 1, mark === '-' ? [] : [`198.51.100.${index + 1}`], queries, end);
  }
  yield { type: 'trace-end', reason: end ?? 'hops', hops: 0, seconds: 1, rateLimitedTtls: [] };
}

function hop(ttl: number, ips: string[], sent: number, end: End): TraceHop {
  const addresses = ips.map((ip) => ({ ip, rttsMs: Array(sent).fill(1), codes: [], mpls: [] }));
  const rtt = ips.length === 0 ? null : { minMs: 1, avgMs: 1, maxMs: 1, stddevMs: 0 };
  const lost = ips.length === 0 ? sent : 0;
  return { type: 'trace-hop', ttl, addresses, sent, lost, rtt, rateLimited: false, ...(end && { end }) };
}

const channel = {} as InbandChannel;

async function trace(
  usual: string,
  inband: string | Error,
  wish: Partial<TraceWish> = {},
  job: Partial<TraceJob> = {},
) {
  const asked: Partial<TraceWish>[] = [];
  let packets = 0;
  const tools: JobTools = {
    signal: new AbortController().signal,
    onPackets: (count) => {
      packets += count;
    },
    ways: {
      usual: ({ queries = 3 }: TraceOptions) =>
        path(usual, 1, queries, 'linux-raw') as AsyncGenerator<TraceEvent, void>,
      inband: async function* (_channel: InbandChannel, options: Partial<TraceWish> = {}) {
        asked.push(options);
        if (inband instanceof Error) throw inband;
        yield* path(inband, options.firstHop ?? 1, options.queries ?? 1, 'inband');
      },
    },
  };
  const told: string[] = [];
  const events: TraceEvent[] = [];
  const order = { target: '192.0.2.7', wish: { ...usualWish, ...wish }, packets: 300, channel, ...job };
  for await (const event of traceBack(order, tools)) {
    events.push(event);
    if (event.type === 'trace-start') told.push(event.prober ?? '');
    else if (event.type === 'trace-end') told.push(`${event.reason} of ${event.hops} in ${event.seconds} s`);
    else told.push(`${event.ttl}${event.addresses.length === 0 ? ' *' : ''}${event.inband ? ' in-band' : ''}`);
  }
  return { told, asked, events, packets };
}

describe('auto', () => {
  it('tells of the client as the probes saw it where it is the client that answers them', async () => {
    const { told, asked, events } = await trace('x-x.', 'xxx.');
    expect(told).toEqual(['linux-raw', '1', '2 *', '3', '4', 'target of 0 in 1 s']);
    expect(asked).toMatchObject([{ firstHop: 4 }]);
    expect(events.at(-2)).toMatchObject({ ttl: 4, end: 'target', sent: 3 });
  });

  it.each(['xxxxx.', 'xxx-x.', 'xxx--.'])('goes on behind a NAT that answers in its name: %s', async (inband) => {
    const { told, events } = await trace('xx-.', inband);
    const fifth = inband[4] === '-' ? '5 * in-band' : '5 in-band';
    expect(told).toEqual(['linux-raw', '1', '2', '3 *', '4', fifth, '6 in-band', 'target of 6 in 2 s']);
    expect(events.filter((event) => event.type === 'trace-hop' && event.end !== undefined)).toHaveLength(1);
  });

  it('believes the probes where in-band ones are not possible', async () => {
    const { told } = await trace('xx.', new Error('no raw sockets'));
    expect(told).toEqual(['linux-raw', '1', '2', '3', 'target of 0 in 1 s']);
  });

  it('goes on in-band from the first hop of the silence', async () => {
    const { told, asked } = await trace('x-x---', 'xxxxx.');
    expect(told).toEqual(['linux-raw', '1', '2 *', '3', '4 in-band', '5 in-band', '6 in-band', 'target of 6 in 2 s']);
    expect(asked).toMatchObject([{ firstHop: 4, maxHops: 30, queries: 1, timeoutSeconds: 0.3, names: false }]);
  });

  it('goes on in-band where a router refuses, and no hop of the way is told to be the last', async () => {
    const { told, events } = await trace('xx!', 'xxxx.');
    expect(told).toEqual(['linux-raw', '1', '2', '3 in-band', '4 in-band', '5 in-band', 'target of 5 in 2 s']);
    expect(events.filter((event) => event.type === 'trace-hop' && event.end !== undefined)).toHaveLength(1);
  });

  it.each([
    ['#', ['linux-raw', '1 in-band', '2 in-band', '3 in-band', 'target of 3 in 1 s']],
    ['x#', ['linux-raw', '1', '2 in-band', '3 in-band', 'target of 3 in 1 s']],
  ])('goes on in-band where the server lets no other probes out: %s', async (usual, expected) => {
    expect((await trace(usual, 'xx.')).told).toEqual(expected);
    await expect(trace(usual, new Error('no raw sockets'))).rejects.toThrow('cannot send');
  });

  it('tells the silence where in-band probes are not possible', async () => {
    const { told } = await trace('x--', new Error('no raw sockets'));
    expect(told).toEqual(['linux-raw', '1', '2 *', '3 *', 'hops of 0 in 1 s']);
    expect((await trace('x--', 'xxx', {}, { channel: undefined })).told).toEqual(told);
    expect((await trace('xx!', new Error('no raw sockets'))).told.at(-1)).toBe('refused of 0 in 1 s');
  });

  it('keeps to the packets of one trace', async () => {
    const { asked } = await trace('x---', 'xxxxxxxxx.', {}, { packets: 14 });
    expect(asked).toMatchObject([{ firstHop: 2, maxHops: 3 }]);
    expect((await trace('x---', 'xxxxxxxxx.', {}, { packets: 12 })).asked).toEqual([]);
  });

  it('counts the packets of both', async () => {
    expect((await trace('x-x---', 'xxxxx.')).packets).toBe(6 * 3 + 8 * 3 + 3);
  });

  it('counts the packets too by which it is settled who ends the path by another address than the client', async () => {
    const { packets } = await trace('x!', '', { protocol: 'udp' });
    expect(packets).toBe(2 * 3 + 2 * 7 + 8 * 3);
    expect((await trace('x!', '', { protocol: 'udp' }, { target: '198.51.100.2' })).packets).toBe(2 * 3 + 8 * 3);
  });
});

describe('a wish for one protocol', () => {
  it('gets that alone', async () => {
    expect((await trace('x--', 'xx.', { protocol: 'udp' })).told).toEqual([
      'linux-raw',
      '1',
      '2 *',
      '3 *',
      'hops of 0 in 1 s',
    ]);
    const { told, asked } = await trace('x--', 'xx.', { protocol: 'inband', queries: 2 });
    expect(told).toEqual(['inband', '1', '2', '3', 'target of 0 in 1 s']);
    expect(asked).toMatchObject([{ firstHop: 1, queries: 2 }]);
  });

  it('in-band is refused where the connection ends at a proxy', async () => {
    await expect(trace('x', 'x', { protocol: 'inband' }, { channel: undefined })).rejects.toMatchObject({
      code: 'request-refused',
      message: expect.stringContaining('--tr-proto auto, udp, icmp or tcp'),
    });
  });
});
