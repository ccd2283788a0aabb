/**
 * The route back from a server of the original, told as the events of any trace. Liveness: each text is waited for no
 * longer than `legacy.hopSeconds`, and TTLs must rise, so that there are no more hops than TTLs.
 */
import { isIPv6 } from 'node:net';
import { legacy } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { Hop } from '../../events/hop.js';
import type { TraceEnd, TraceEvent, TraceStart } from '../../events/route.js';
import { type Cancel, type Clock, systemClock } from '../../host/clock.js';
import { Mailbox } from '../../host/mailbox.js';
import type { ConnectionPlan } from '../../plan/plan.js';
import type { TraceTools } from '../../trace/traceroute.js';
import type { Channel } from '../../transport/channel.js';
import type { ReverseTraceTools } from '../native/route.js';
import { refusalOf, sayToken } from './entry.js';
import { closedError, Link } from './link.js';
import { parseRouteText, type RouteText } from './route-wire.js';
import { commandText } from './wire.js';

/**
 * Asks the server for the route to this machine. Yields one `trace-start`, each hop as it is told, one `trace-end`.
 *
 * Throws a WperfError: those of connecting, `request-refused` when the server cannot trace, `token-required`,
 * `token-rejected`, `protocol-violation`, `peer-lost`, and `interrupted` when the signal comes before the connection.
 */
export async function* legacyReverseTrace(
  plan: ConnectionPlan,
  tools: ReverseTraceTools = {},
): AsyncGenerator<TraceEvent, void> {
  const { clock = systemClock, signal, connect } = tools;
  if (!connect) throw new WperfError('internal', 'nothing to connect with');
  const link = new Link(await untilAborted(signal, connect(plan)));
  const beganAt = clock.now();
  const route = new Route(link, clock, tools);
  const onAbort = () => route.stop();
  signal?.addEventListener('abort', onAbort);
  try {
    tools.onConnected?.(link.channel.info);
    yield startOf(link, plan);
    sayToken(link, plan);
    link.say(commandText('reverse_traceroute'));
    const hops: Hop[] = [];
    for await (const hop of route.hops) {
      hops.push(hop);
      yield { type: 'trace-hop', ...hop };
    }
    yield endOf(hops, clock.now() - beganAt, signal?.aborted ?? false);
  } catch (thrown) {
    throw refusalOf(plan, [link], thrown);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    route.stop();
    link.close(0.1);
  }
}

/** What the server says, from text to text. */
class Route {
  /** In order of TTL; fails with the WperfError that ended the trace. */
  readonly hops = new Mailbox<Hop>();
  readonly #link: Link;
  readonly #clock: Clock;
  #lastTtl = 0;
  #cancelWait: Cancel = () => {};

  /** Takes the link's turn. */
  constructor(link: Link, clock: Clock, { annotate }: TraceTools) {
    this.#link = link;
    this.#clock = clock;
    link.onText = (text) => {
      try {
        this.#take(parseRouteText(text, annotate));
      } catch (thrown) {
        this.#fail(toWperfError(thrown));
      }
    };
    link.onClosed = (closed) => this.#fail(closedError(closed, link.peer));
    this.#armWait();
  }

  /** Takes no more hops. */
  stop(): void {
    this.#cancelWait();
    this.#link.onText = () => {};
    this.#link.onClosed = () => {};
    this.hops.end();
  }

  #take(said: RouteText): void {
    if (said.kind === 'hop') this.#takeHop(said.hop);
    else if (said.kind === 'end') this.stop();
    else throw new WperfError('request-refused', `${this.#link.peer}: ${said.message}`, { peer: this.#link.peer });
  }

  #takeHop(hop: Hop): void {
    if (hop.ttl <= this.#lastTtl) {
      throw new WperfError('protocol-violation', `${this.#link.peer} told of its hops in disorder`);
    }
    this.#lastTtl = hop.ttl;
    this.hops.put(hop);
    this.#armWait();
  }

  #fail(error: WperfError): void {
    this.hops.fail(error);
    this.stop();
  }

  #armWait(): void {
    const { peer } = this.#link;
    this.#cancelWait();
    this.#cancelWait = this.#clock.at(this.#clock.now() + legacy.hopSeconds, () => {
      const text = `${peer} told of no hop for ${legacy.hopSeconds} s`;
      this.#fail(new WperfError('peer-lost', text, { operation: 'test', peer }));
    });
  }
}

/** A connection that is made after all is dropped. */
async function untilAborted(signal: AbortSignal | undefined, connecting: Promise<Channel>): Promise<Channel> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new WperfError('interrupted', 'interrupted before the first hop'));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([connecting, aborted]);
  } catch (thrown) {
    connecting.then((channel) => channel.drop()).catch(() => {});
    throw thrown;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The address is this end's own as it knows it: behind NAT, the server traces to another. */
function startOf({ channel }: Link, { target }: ConnectionPlan): TraceStart {
  const { localHost: ip } = channel.info;
  const asked = { direction: 'reverse', host: target.host, ip, family: isIPv6(ip) ? 6 : 4 } as const;
  return { type: 'trace-start', wallMs: Date.now(), ...asked, firstHop: 1, queries: 1 };
}

/** The original does not say why it ended: it goes on while it hears nothing, up to its last TTL. */
function endOf(hops: readonly Hop[], seconds: number, interrupted: boolean): TraceEnd {
  const answered = hops.at(-1)?.addresses.length !== 0 && hops.length > 0;
  const reason = interrupted ? 'interrupted' : answered ? 'target' : 'hops';
  return { type: 'trace-end', reason, hops: hops.length, seconds, rateLimitedTtls: [] };
}
