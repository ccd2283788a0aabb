/**
 * `--reverse-traceroute` at the client: asks a server for the route back and believes only what can be. Liveness: the
 * handshake has its own bounds, the trace that of the seconds granted, the server's close `traceService.closeSeconds`.
 */
import { traceService } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { SeenClient, TraceEvent } from '../../events/route.js';
import type { NoticeEvent } from '../../events/test.js';
import { type Clock, systemClock } from '../../host/clock.js';
import { canonicalHost } from '../../net/ip.js';
import type { ConnectionPlan, ReverseTracePlan } from '../../plan/plan.js';
import { violation } from '../../protocol/codec.js';
import type { Grant, Message, MessageOf } from '../../protocol/messages.js';
import type { TraceTools } from '../../trace/traceroute.js';
import type { Channel, ChannelInfo } from '../../transport/channel.js';
import { connectWs } from '../../transport/ws/connect.js';
import { Conversation } from './conversation.js';
import { openAsClient, randomId } from './handshake.js';
import { pingHello } from './hello.js';
import { endOf, TraceReader } from './route-wire.js';

export interface ReverseTraceTools extends TraceTools {
  readonly clock?: Clock;
  readonly connect?: (plan: ConnectionPlan) => Promise<Channel>;
  /** Told of the connection once the server has let it in. */
  readonly onConnected?: (info: ChannelInfo) => void;
}

/**
 * Asks the server for the route to this machine. Yields what the server does otherwise than asked as notices, one
 * `trace-start`, each hop as it is told, one `trace-end`.
 *
 * Throws a WperfError: those of connecting and of the handshake, `request-refused` and `server-full` when the server
 * does not trace, `protocol-violation`, `peer-lost`, and `interrupted` when the signal comes before the first hop.
 */
export async function* reverseTrace(
  plan: ReverseTracePlan,
  tools: ReverseTraceTools = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void> {
  const { clock = systemClock, connect = connectWs, signal } = tools;
  const aborted = whenAborted(signal);
  const channel = await orInterrupted(connect(plan), aborted, (late) => late.drop());
  const conversation = new Conversation(channel, clock);
  try {
    const grant = await orInterrupted(openAsClient(conversation, helloOf(plan), plan.token), aborted);
    tools.onConnected?.(channel.info);
    for (const text of grant.reasons) yield { type: 'notice', level: 'info', text };
    conversation.send({ type: 'start' });
    yield* readRoute(conversation, plan, grant, { ...tools, clock, aborted });
  } catch (thrown) {
    const error = toWperfError(thrown);
    if (error.code === 'protocol-violation') conversation.abort(error);
    throw error;
  } finally {
    conversation.close(0.1);
  }
}

function helloOf({ trace }: ReverseTracePlan) {
  return { ...pingHello('traceroute', randomId(), traceService.limits.seconds.max), trace };
}

interface RouteTools extends ReverseTraceTools {
  readonly clock: Clock;
  readonly aborted: Promise<void>;
}

async function* readRoute(
  conversation: Conversation,
  plan: ReverseTracePlan,
  grant: Grant,
  { clock, aborted, annotate = () => ({}) }: RouteTools,
): AsyncGenerator<TraceEvent, void> {
  const reader = new TraceReader(plan.trace, annotate);
  const beganAt = clock.now();
  const until = beganAt + Math.min(grant.seconds, traceService.limits.seconds.max) + traceService.graceSeconds;
  const next = (): Promise<TraceWord> =>
    Promise.race([
      conversation.expect(Math.max(0, until - clock.now()), 'trace-start', 'trace-hop', 'trace-end', 'end'),
      aborted.then(() => interrupted),
    ]);
  for (let message = await next(); ; message = await next()) {
    if (message.type === 'end') {
      if (!reader.started) throw new WperfError('interrupted', 'interrupted before the first hop');
      yield endOf('interrupted', reader.hops, clock.now() - beganAt);
      return;
    }
    if (message.type === 'trace-end') {
      const end = reader.end(message);
      await untilClosed(conversation, clock);
      yield end;
      return;
    }
    yield message.type === 'trace-hop' ? reader.hop(message) : startOf(message, reader, plan, conversation.channel);
  }
}

type TraceWord = MessageOf<'trace-start' | 'trace-hop' | 'trace-end' | 'end'>;

const interrupted: MessageOf<'end'> = { type: 'end', reason: 'interrupted' };

function startOf(
  message: MessageOf<'trace-start'>,
  reader: TraceReader,
  { target, proxy }: ReverseTracePlan,
  { info }: Channel,
): TraceEvent {
  const trace = reader.start(message);
  const local = { host: canonicalHost(info.localHost), port: info.localPort };
  const { port, source } = message.seenAs;
  const seen: SeenClient = {
    ...{ host: trace.ip, source, local, translated: proxy === undefined ? trace.ip !== local.host : null },
    ...(port !== undefined && { port }),
  };
  return { type: 'trace-start', wallMs: Date.now(), direction: 'reverse', host: target.host, ...trace, seen };
}

/** Nothing may follow the end of a trace but the server's close. */
async function untilClosed(conversation: Conversation, clock: Clock): Promise<void> {
  let cancel = () => {};
  const waited = new Promise<undefined>((resolve) => {
    cancel = clock.at(clock.now() + traceService.closeSeconds, () => resolve(undefined));
  });
  const stray: Message | undefined = await Promise.race([conversation.next().catch(lost), waited]);
  cancel();
  if (stray !== undefined) throw violation(`${stray.type} behind the end of the trace`);
}

/** The connection may be lost now; what breaks the protocol may not pass for that. */
function lost(thrown: unknown): undefined {
  if (toWperfError(thrown).code !== 'peer-lost') throw thrown;
}

function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Rejects with `interrupted` if that comes first; what is won too late is handed to `discard`. */
function orInterrupted<T>(work: Promise<T>, aborted: Promise<void>, discard: (late: T) => void = () => {}): Promise<T> {
  const stop = aborted.then((): never => {
    work.then(discard, () => {});
    throw new WperfError('interrupted', 'interrupted before the first hop');
  });
  return Promise.race([work, stop]);
}
