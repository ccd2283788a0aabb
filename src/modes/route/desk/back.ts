/**
 * Traces to a client: by probes of their own and, from where those fall silent, are rejected, or come to the client's
 * address, by segments of the client's connection. A NAT answers probes in its clients' name: only what passes it tells them apart.
 */
import { defaults } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import type { TraceEnd, TraceEvent, TraceHop } from '../../../events/route.js';
import { parseIp } from '../../../net/ip.js';
import type { TraceWish } from '../../../plan/plan.js';
import { maxProbesToAsk } from '../../../trace/claim.js';
import { rateLimitedTtls } from '../../../trace/hop.js';
import type { InbandChannel } from '../../../trace/inband/live-connection.js';
import { inbandTrace } from '../../../trace/inband/trace.js';
import { pacing } from '../../../trace/strategy.js';
import { traceroute } from '../../../trace/traceroute.js';

export interface TraceJob {
  /** An address; a zone may follow it. */
  readonly target: string;
  readonly wish: TraceWish;
  /** Of all passes together. */
  readonly packets: number;
  /** The client's connection, where it leads to the target. */
  readonly channel: InbandChannel | undefined;
}

export interface JobTools {
  readonly signal: AbortSignal;
  /** Told of packets that were sent, at the latest when the trace ends. */
  readonly onPackets: (count: number) => void;
  /** The ways to trace; for tests. */
  readonly ways?: { readonly usual: typeof traceroute; readonly inband: typeof inbandTrace };
}

type Inband = (wish: Partial<TraceWish>) => AsyncIterable<TraceEvent>;

/** Yields what `traceroute` yields, and throws what it throws; `request-refused` where in-band is asked for in vain. */
export async function* traceBack(job: TraceJob, tools: JobTools): AsyncGenerator<TraceEvent, void> {
  const { wish, channel } = job;
  const { ways = usualWays, signal } = tools;
  const inband: Inband | undefined = channel && ((asked) => ways.inband(channel, asked, { signal }));
  if (wish.protocol === 'inband') {
    if (inband === undefined) throw new WperfError('request-refused', noInband);
    yield* counted(inband(wish), tools);
  } else if (wish.protocol === 'auto' && inband !== undefined) {
    yield* usualThenInband(job, tools, inband);
  } else {
    yield* usual(job, tools);
  }
}

const usualWays = { usual: traceroute, inband: inbandTrace };

const noInband = 'in-band probes end at the proxy of this connection: ask with --tr-proto auto, udp, icmp or tcp';

/** The client is there, whatever falls silent on the way: nobody will say that it is down. */
async function* usual({ target, wish }: TraceJob, tools: JobTools): AsyncGenerator<TraceEvent, void> {
  const { ways = usualWays, signal } = tools;
  for await (const event of counted(ways.usual({ ...wish, host: target, lastWordSeconds: 0 }, { signal }), tools)) {
    if (event.type === 'trace-hop' && mayBeAsked(event, target)) tools.onPackets(maxProbesToAsk(wish.firstHop));
    yield event;
  }
  tools.onPackets(pacing.lead * wish.queries);
}

/** The end of the path by another address than the target's, whom more probes settle. */
function mayBeAsked({ end, addresses }: TraceHop, target: string): boolean {
  return end !== undefined && !addresses.some(({ ip }) => ip === parseIp(target)?.text);
}

async function* counted(events: AsyncIterable<TraceEvent>, tools: JobTools): AsyncGenerator<TraceEvent, void> {
  for await (const event of events) {
    if (event.type === 'trace-hop') tools.onPackets(event.sent);
    yield event;
  }
}

/**
 * Hops are told as they are known, but for silent ones, which wait for one behind them that answers, and for the last:
 * where in-band probes are possible, those tell what lies there and behind it.
 */
async function* usualThenInband(job: TraceJob, tools: JobTools, inband: Inband): AsyncGenerator<TraceEvent, void> {
  const told: TraceHop[] = [];
  let held: TraceHop[] = [];
  let refusal: unknown;
  const onRefusal = (thrown: unknown) => {
    refusal = thrown;
  };
  for await (const event of silentWhereRefused(usual(job, tools), job.wish.firstHop, onRefusal)) {
    if (event.type === 'trace-hop' && event.end === 'target') {
      yield* held;
      told.push(...held);
      held = [event];
    } else if (event.type === 'trace-hop' && isLooseEnd(event)) {
      held.push(event);
    } else if (event.type !== 'trace-end') {
      yield* held;
      yield event;
      told.push(...held, ...(event.type === 'trace-hop' ? [event] : []));
      held = [];
    } else if (!(yield* goOn(job, tools, inband, { told, held, end: event }))) {
      if (refusal !== undefined) throw refusal;
      yield* held;
      yield event;
    }
  }
}

/** Where this machine lets no probe out: its firewall may pass what belongs to the connection. */
async function* silentWhereRefused(
  events: AsyncIterable<TraceEvent>,
  firstHop: number,
  onRefusal: (thrown: unknown) => void,
): AsyncGenerator<TraceEvent, void> {
  let ttl = firstHop;
  try {
    for await (const event of events) {
      if (event.type === 'trace-hop') ttl = event.ttl + 1;
      yield event;
    }
  } catch (thrown) {
    if (toWperfError(thrown).code !== 'unreachable') throw thrown;
    onRefusal(thrown);
    yield { type: 'trace-hop', ttl, addresses: [], sent: 0, lost: 0, rtt: null, rateLimited: false };
    yield { type: 'trace-end', reason: 'hops', hops: 0, seconds: 0, rateLimitedTtls: [] };
  }
}

interface Usual {
  readonly told: readonly TraceHop[];
  readonly held: readonly TraceHop[];
  readonly end: TraceEnd;
}

/**
 * False where nothing was told, since there is nothing to go on from, no way to, or nothing behind: what is held is then
 * the end of the path.
 */
async function* goOn(
  { wish, packets }: TraceJob,
  tools: JobTools,
  inband: Inband,
  { told, held, end }: Usual,
): AsyncGenerator<TraceEvent, boolean> {
  const firstHop = held[0]?.ttl;
  const left = packets - [...told, ...held].reduce((sum, { sent }) => sum + sent, 0);
  if (firstHop === undefined || end.reason === 'interrupted' || left < 1) return false;
  const { timeoutSeconds, names } = wish;
  const queries = defaults.trace.inbandQueries;
  const maxHops = Math.min(wish.maxHops, firstHop - 1 + Math.floor(left / queries));
  const hops: TraceHop[] = [];
  let arrival = held.find((hop) => hop.end === 'target');
  let isOpen = false;
  try {
    for await (const event of counted(inband({ firstHop, maxHops, queries, timeoutSeconds, names }), tools)) {
      isOpen = true;
      if (arrival && event.type !== 'trace-start') {
        if (event.type === 'trace-end' || event.end === 'target') return false;
        const { end: _, ...passed } = arrival;
        hops.push(passed);
        yield passed;
        arrival = undefined;
      } else if (event.type === 'trace-hop') {
        const hop = { ...event, inband: true };
        hops.push(hop);
        yield hop;
      } else if (event.type === 'trace-end') {
        yield joinedEnd(event, end, [...told, ...hops]);
      }
    }
  } catch (thrown) {
    if (isOpen) throw thrown;
  }
  return isOpen;
}

function joinedEnd(last: TraceEnd, first: TraceEnd, hops: readonly TraceHop[]): TraceEnd {
  return { ...last, hops: hops.length, seconds: first.seconds + last.seconds, rateLimitedTtls: rateLimitedTtls(hops) };
}

/** The path may well go on behind it. */
function isLooseEnd({ addresses, end }: TraceHop): boolean {
  return addresses.length === 0 || end === 'refused';
}
