/** Whom the desk serves and whom it sends away, with traces and a clock that the tests move. */
import { describe, expect, it, vi } from 'vitest';
import type { TraceEvent } from '../../../src/events/route.js';
import { Mailbox } from '../../../src/host/mailbox.js';
import type { JobTools, TraceJob } from '../../../src/modes/route/desk/back.js';
import { type TraceAdmission, TraceDesk, type TraceOrder } from '../../../src/modes/route/desk/desk.js';
import { serviceOf } from '../../../src/modes/route/desk/limits.js';
import type { TraceService } from '../../../src/plan/plan.js';
import type { Channel } from '../../../src/transport/channel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { usualWish } from '../../support/plans.js';

const start = (ip: string): TraceEvent => ({
  ...{ type: 'trace-start', wallMs: 0, direction: 'forward', host: ip, ip, family: 4, protocol: 'udp' },
  ...{ prober: 'linux-raw', firstHop: 1, maxHops: 30, queries: 3, timeoutSeconds: 1 },
});
const hop = (ttl: number): TraceEvent => ({
  ...{ type: 'trace-hop', ttl, addresses: [], sent: 3, lost: 3, rtt: null, rateLimited: false },
});
const end = (reason: 'target' | 'interrupted' = 'target'): TraceEvent => ({
  ...{ type: 'trace-end', reason, hops: 1, seconds: 1, rateLimitedTtls: [] },
});

/** A trace that does what the test says, and ends as interrupted when it is stopped. */
class FakeTrace {
  readonly events = new Mailbox<TraceEvent>();
  constructor(
    readonly job: TraceJob,
    readonly tools: JobTools,
  ) {
    this.events.put(start(job.target));
    tools.signal.addEventListener('abort', () => {
      this.events.put(end('interrupted'));
      this.events.end();
    });
  }

  hop(ttl: number): void {
    this.tools.onPackets(3);
    this.events.put(hop(ttl));
  }

  finish(): void {
    this.events.put(end());
    this.events.end();
  }
}

function setUp(changes: Partial<TraceService> = {}) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const traces: FakeTrace[] = [];
  const trace = (job: TraceJob, tools: JobTools) => {
    const made = new FakeTrace(job, tools);
    traces.push(made);
    return made.events;
  };
  const desk = new TraceDesk({ service: serviceOf(changes), clock, trace, stop: stop.signal, ownAddresses: () => [] });
  const ask = (host: string, order: Partial<TraceOrder['wish']> = {}, more: Partial<TraceOrder> = {}) => {
    const info = { localHost: '198.51.100.10', localPort: 1, remoteHost: host, remotePort: 5000, secure: false };
    return desk.ask({ info, channel, wish: { ...usualWish, ...order }, proven: false, ...more });
  };
  return { clock, stop, traces, ask };
}

const channel = {} as Channel;

/** What a client is told, in short, and what ended it. */
function listen({ events }: TraceAdmission) {
  const told: string[] = [];
  const done = (async () => {
    for await (const event of events) {
      told.push(event.type === 'trace-hop' ? `hop ${event.ttl}` : event.type === 'trace-end' ? event.reason : 'start');
    }
    return told;
  })();
  done.catch(() => {});
  return { told, done };
}

describe('one client', () => {
  it('gets its trace, and the result again for a minute', async () => {
    const { clock, traces, ask } = setUp();
    const first = listen(ask('192.0.2.7'));
    traces[0]?.hop(1);
    traces[0]?.finish();
    expect(await first.done).toEqual(['start', 'hop 1', 'target']);
    clock.advance(59);
    const again = ask('192.0.2.7');
    expect(again.shared).toEqual({ kind: 'kept', ageSeconds: 59 });
    expect(await listen(again).done).toEqual(['start', 'hop 1', 'target']);
    clock.advance(1);
    expect(ask('192.0.2.7').shared).toBeUndefined();
    expect(traces).toHaveLength(2);
  });

  it('joins what is running with the same settings, and gets the hops so far', async () => {
    const { clock, traces, ask } = setUp();
    const first = listen(ask('192.0.2.7'));
    traces[0]?.hop(1);
    await vi.waitFor(() => expect(first.told).toEqual(['start', 'hop 1']));
    clock.advance(2.5);
    const admission = ask('192.0.2.7');
    expect(admission.shared).toEqual({ kind: 'joined', ageSeconds: 2.5 });
    const second = listen(admission);
    await vi.waitFor(() => expect(second.told).toEqual(['start', 'hop 1']));
    traces[0]?.hop(2);
    traces[0]?.finish();
    expect(await second.done).toEqual(await first.done);
    expect(second.told).toEqual(['start', 'hop 1', 'hop 2', 'target']);
    expect(traces).toHaveLength(1);
  });

  it('is refused other settings meanwhile, and told when to come back', () => {
    const { clock, traces, ask } = setUp();
    ask('192.0.2.7');
    clock.advance(20);
    const text =
      'a trace to 192.0.2.7 with other settings is running: ask again when it has ended, in 40 s at the latest';
    expect(() => ask('192.0.2.7', { queries: 1 })).toThrow(text);
    expect(() => ask('::ffff:192.0.2.7', { protocol: 'tcp' })).toThrow(text);
    expect(traces).toHaveLength(1);
  });

  it('of IPv6 is its whole /64', () => {
    const { ask } = setUp();
    ask('2001:db8:1::1');
    expect(() => ask('2001:db8:1::2')).toThrow('a trace to 2001:db8:1::/64 with other settings is running');
    expect(ask('2001:db8:2::1').shared).toBeUndefined();
  });

  it('that leaves stops the probes, unless another has joined', async () => {
    const { traces, ask } = setUp();
    const first = ask('192.0.2.7');
    const second = ask('192.0.2.7');
    first.leave();
    expect(traces[0]?.tools.signal.aborted).toBe(false);
    second.leave();
    expect(traces[0]?.tools.signal.aborted).toBe(true);
    expect(await listen(second).done).toEqual([]);
    const third = ask('192.0.2.7');
    expect(third.shared).toBeUndefined();
    expect(traces).toHaveLength(2);
    third.leave();
  });

  it('that leaves twice does not stop the trace of another', () => {
    const { traces, ask } = setUp();
    const first = ask('192.0.2.7');
    ask('192.0.2.7');
    first.leave();
    first.leave();
    expect(traces[0]?.tools.signal.aborted).toBe(false);
  });
});

describe('all clients', () => {
  it('get a few traces at a time', async () => {
    const { traces, ask } = setUp({ concurrent: 2 });
    const first = listen(ask('192.0.2.1'));
    ask('192.0.2.2');
    expect(() => ask('192.0.2.3')).toThrow('the server traces 2 routes at a time, and does now');
    expect(ask('192.0.2.1').shared?.kind).toBe('joined');
    traces[0]?.finish();
    await first.done;
    expect(ask('192.0.2.3').shared).toBeUndefined();
  });

  it('share the packets of a minute, and get back what was not sent', async () => {
    const { clock, traces, ask } = setUp({ packetsPerMinute: 200, packets: 100, cacheSeconds: 0 });
    const first = listen(ask('192.0.2.1'));
    ask('192.0.2.2');
    expect(() => ask('192.0.2.3')).toThrow('the server has sent all packets that it may for now: ask again in 60 s');
    traces[0]?.hop(1);
    traces[0]?.finish();
    await first.done;
    clock.advance(1);
    await vi.waitFor(() => expect(() => ask('192.0.2.4', { queries: 1, protocol: 'udp' })).not.toThrow());
  });

  it('are cut short in time, and told so', async () => {
    const { clock, traces, ask } = setUp({ seconds: 5 });
    const told = listen(ask('192.0.2.7'));
    traces[0]?.hop(1);
    clock.advance(4.9);
    expect(traces[0]?.tools.signal.aborted).toBe(false);
    clock.advance(0.1);
    expect(await told.done).toEqual(['start', 'hop 1', 'time']);
    expect(ask('192.0.2.7').shared?.kind).toBe('kept');
    expect(clock.pending).toBe(0);
  });

  it('lose their traces when the server stops, which keeps nothing', async () => {
    const { clock, stop, ask } = setUp();
    const told = listen(ask('192.0.2.7'));
    stop.abort();
    expect(await told.done).toEqual(['start', 'interrupted']);
    expect(clock.pending).toBe(0);
  });

  it('learn why a trace failed, and may ask again', async () => {
    const { traces, ask } = setUp();
    const [first, second] = [listen(ask('192.0.2.7')), listen(ask('192.0.2.7'))];
    traces[0]?.events.fail(new Error('no sockets'));
    await expect(first.done).rejects.toThrow('no sockets');
    await expect(second.done).rejects.toThrow('no sockets');
    expect(ask('192.0.2.7').shared).toBeUndefined();
  });

  it('have at most so many results kept', async () => {
    const { traces, ask } = setUp();
    const hosts = Array.from(
      { length: 300 },
      (_, index) => `192.0.${2 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    );
    for (const [index, host] of hosts.entries()) {
      const told = listen(ask(host));
      traces[index]?.finish();
      await told.done;
    }
    expect(ask(hosts.at(-1) ?? '').shared?.kind).toBe('kept');
    expect(ask(hosts[0] ?? '').shared).toBeUndefined();
  });
});

describe('a server that', () => {
  const info = { localHost: '198.51.100.10', localPort: 1, remotePort: 5000, secure: false };
  const proxied = { ...info, remoteHost: '10.0.0.9', client: { host: '192.0.2.7', source: 'forwarded' as const } };

  it('offers no traces says so', () => {
    expect(() => setUp({ offered: false }).ask('192.0.2.7')).toThrow('this server traces no routes for its clients');
  });

  it('serves those who proved the token alone', () => {
    const { ask } = setUp({ authOnly: true });
    expect(() => ask('192.0.2.7')).toThrow('only for clients that prove its token');
    expect(ask('192.0.2.7', {}, { proven: true }).target).toBe('192.0.2.7');
  });

  it('traces through a proxy only when told to, to the client that the proxy names, and never in-band', () => {
    expect(() => setUp().ask('', {}, { info: proxied })).toThrow('the server does so with --tr-behind-proxy only');
    const { ask, traces } = setUp({ behindProxy: true });
    expect(ask('', {}, { info: proxied }).target).toBe('192.0.2.7');
    expect(traces[0]?.job.channel).toBeUndefined();
    ask('192.0.2.8');
    expect(traces[1]?.job.channel).toBe(channel);
  });

  it('cuts wishes down before it compares them', () => {
    const { ask } = setUp({ packets: 30 });
    ask('192.0.2.7', { queries: 10 });
    expect(ask('192.0.2.7', { queries: 5 }).shared?.kind).toBe('joined');
  });

  it('hides its own network from what it keeps, too', async () => {
    const { traces, ask } = setUp({ hideHops: 1 });
    const told = listen(ask('192.0.2.7'));
    const address = { ip: '10.9.8.7', rttsMs: [1], codes: [], mpls: [] };
    traces[0]?.events.put({ ...hop(1), addresses: [address] } as TraceEvent);
    traces[0]?.finish();
    await told.done;
    const seen: TraceEvent[] = [];
    for await (const event of ask('192.0.2.7').events) seen.push(event);
    expect(JSON.stringify(seen)).not.toContain('10.9.8.7');
    expect(seen[1]).toMatchObject({ addresses: [], hidden: { addresses: 1, rttsMs: [1] } });
  });
});
