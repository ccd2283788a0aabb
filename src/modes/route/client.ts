/**
 * `--reverse-traceroute` at the client: asks a server for the route back, in whatever dialect, and tells it as the
 * events of any trace. Liveness: the dialect bounds its handshake and each word of the server's.
 */
import { WperfError } from '../../errors.js';
import type { Annotation, Hop } from '../../events/hop.js';
import type { NoticeEvent } from '../../events/load.js';
import type { TraceEnd, TraceEvent, TraceHop, TraceStart } from '../../events/route.js';
import { orAborted } from '../../host/abort.js';
import type { Clock } from '../../host/clock.js';
import type { Host } from '../../host/host.js';
import { canonicalIp } from '../../net/ip.js';
import type { ReverseTracePlan } from '../../plan/plan.js';
import { rateLimitedTtls } from '../../trace/hop.js';
import type { TraceTools } from '../../trace/tools.js';
import type { Channel, ChannelInfo } from '../../transport/channel.js';
import type { Connected } from '../../transport/transport.js';
import type { Connections } from '../connections.js';

export interface ReverseTraceTools extends TraceTools {
  /** Told of the connection once the server has let it in. */
  readonly onConnected?: (info: ChannelInfo) => void;
}

export interface RouteDialect {
  /** Asks a new channel's peer for the route back. Rejects with WperfError. */
  open(channel: Channel, plan: ReverseTracePlan, reading: RouteReading): Promise<RoutePeer>;
}

/** How to reach a server, and how to speak with it. */
interface RouteWay {
  readonly host: Host;
  readonly connections: Connections;
  /** Settles the dialect by what the connection answered. Throws WperfError for one that is not spoken. */
  readonly dialectOf: (connected: Connected) => RouteDialect;
}

export interface RouteReading {
  readonly host: Host;
  /** What this machine knows of an address. */
  readonly annotate: (ip: string) => Annotation;
}

/** Who tells the route. */
export interface RoutePeer {
  readonly notes: readonly NoticeEvent[];
  /** What the peer tells next, checked against what was asked. Bounded in time; rejects with WperfError. */
  readonly next: () => Promise<RouteWord>;
  close(): void;
}

export type RouteWord = TraceStart | TraceHop | RouteEnd;

/** Where the peer does not say so, an answer from the last hop makes it the target, and the time is the client's. */
export interface RouteEnd extends Pick<TraceEnd, 'type'>, Partial<Pick<TraceEnd, 'reason' | 'seconds'>> {
  /** Why it ended before its time, where that was the peer's doing. */
  readonly failure?: WperfError;
}

/** Tells a route; the way to the server and the dialect are settled inside. */
export type AskRoute = (
  plan: ReverseTracePlan,
  tools: ReverseTraceTools,
) => AsyncGenerator<TraceEvent | NoticeEvent, void>;

/**
 * Asks the server for the route to this machine. Yields what the server does otherwise than asked as notices, one
 * `trace-start`, each hop as it is told, one `trace-end`.
 *
 * Throws a WperfError: those of connecting and of the dialect, `request-refused` and `server-full` when the server does
 * not trace, `protocol-violation`, `peer-lost`, `peer-terminated` when the server is stopped, behind what it told, and
 * `interrupted` when the signal comes before the first hop.
 */
export async function* askRoute(
  plan: ReverseTracePlan,
  { host, connections, dialectOf }: RouteWay,
  { annotate = () => ({}), signal, onConnected }: ReverseTraceTools = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void> {
  try {
    const connected = await orAborted(connections.first(), signal, tooEarly);
    const { channel } = connected;
    const opening = dialectOf(connected).open(channel, plan, { host, annotate });
    const peer = await orAborted(opening, signal, tooEarly);
    try {
      onConnected?.(channel.info);
      yield* peer.notes;
      for await (const event of routeOf(peer, host.clock, signal))
        yield event.type === 'trace-start' ? { ...event, ...serverOf(plan, channel.info) } : event;
    } finally {
      peer.close();
    }
  } catch (thrown) {
    connections.dropAll();
    throw thrown;
  }
}

async function* routeOf(
  peer: RoutePeer,
  clock: Clock,
  signal: AbortSignal | undefined,
): AsyncGenerator<TraceEvent, void> {
  const beganAt = clock.now();
  const hops: Hop[] = [];
  let started = false;
  for (;;) {
    const word = await orAborted(peer.next(), signal, tooEarly).catch((thrown: unknown) => {
      if (signal?.aborted && started) return interrupted;
      throw thrown;
    });
    if (word.type === 'trace-end') {
      if (!started) throw tooEarly();
      yield endOf(word, hops, clock.now() - beganAt);
      if (word.failure) throw word.failure;
      return;
    }
    if (word.type === 'trace-hop') hops.push(word);
    else started = true;
    yield word;
  }
}

const interrupted: RouteEnd = { type: 'trace-end', reason: 'interrupted' };

function tooEarly(): WperfError {
  return new WperfError('interrupted', 'interrupted before the first hop');
}

function endOf({ reason, seconds }: RouteEnd, hops: readonly Hop[], waitedSeconds: number): TraceEnd {
  const answered = (hops.at(-1)?.addresses.length ?? 0) > 0;
  return {
    type: 'trace-end',
    reason: reason ?? (answered ? 'target' : 'hops'),
    hops: hops.length,
    seconds: seconds ?? waitedSeconds,
    rateLimitedTtls: rateLimitedTtls(hops),
  };
}

function serverOf({ proxy }: ReverseTracePlan, { remoteHost }: ChannelInfo): Pick<TraceStart, 'serverIp'> {
  return proxy === undefined ? { serverIp: canonicalIp(remoteHost) ?? remoteHost } : {};
}
