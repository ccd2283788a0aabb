/**
 * `--reverse-traceroute` at the client in wperf.v1. Liveness: the handshake has its own bounds, the trace that of the
 * seconds granted, the server's close `traceService.closeSeconds`.
 */
import { traceService, waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import type { SeenClient, TraceStart } from '../../../events/route.js';
import { given } from '../../../given.js';
import { type Clock, within } from '../../../host/clock.js';
import { randomId } from '../../../host/random.js';
import type { RouteDialect, RoutePeer, RouteReading, RouteWord } from '../../../modes/route/client.js';
import { canonicalIp } from '../../../net/ip.js';
import type { ReverseTracePlan } from '../../../plan/plan.js';
import { shownProxy } from '../../../plan/proxy.js';
import { violation } from '../../../protocol/codec.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { ChannelInfo } from '../../../transport/channel.js';
import { Conversation } from '../wire/conversation.js';
import { openAsClient } from '../wire/handshake.js';
import { pingHello } from '../wire/hello.js';
import { TraceReader } from '../wire/route-wire.js';

export const nativeRoute: RouteDialect = {
  async open(channel, plan, reading) {
    const conversation = new Conversation(channel, reading.host.clock);
    const { seconds, reasons } = await openAsClient(conversation, helloOf(plan, reading), plan.token);
    conversation.send({ type: 'start' });
    return {
      notes: reasons.map((text) => ({ type: 'notice', level: 'info', text })),
      next: readerOf(conversation, plan, seconds, reading),
      close: () => conversation.close(waits.partingSeconds),
    };
  },
};

function helloOf({ trace, places }: ReverseTracePlan, { host: { software } }: RouteReading) {
  const { max: seconds } = traceService.limits.seconds;
  const hello = pingHello('traceroute', { software, session: randomId(), seconds });
  return { ...hello, trace: { ...trace, ...given({ places }) } };
}

/** Tells the server of what breaks the protocol. */
function readerOf(
  conversation: Conversation,
  plan: ReverseTracePlan,
  grantedSeconds: number,
  { host: { clock }, annotate }: RouteReading,
): RoutePeer['next'] {
  const reader = new TraceReader(plan, annotate);
  const seconds = Math.min(grantedSeconds, traceService.limits.seconds.max) + traceService.graceSeconds;
  const until = clock.now() + seconds;
  const read = async (): Promise<RouteWord> => {
    const left = Math.max(0, until - clock.now());
    const message = await conversation.expect(left, 'trace-start', 'trace-hop', 'trace-end', 'end');
    if (message.type === 'end')
      return { type: 'trace-end', reason: 'interrupted', failure: stopped(conversation.peer) };
    if (message.type === 'trace-hop') return reader.hop(message);
    if (message.type === 'trace-start') return startOf(message, reader, plan, conversation.channel.info);
    const end = reader.end(message);
    await untilClosed(conversation, clock);
    return end;
  };
  return () =>
    read().catch((thrown: unknown) => {
      const error = toWperfError(thrown);
      throw error.code === 'protocol-violation' ? conversation.abort(error) : error;
    });
}

function startOf(
  message: MessageOf<'trace-start'>,
  reader: TraceReader,
  plan: ReverseTracePlan,
  { localHost, localPort }: ChannelInfo,
): TraceStart {
  const trace = reader.start(message);
  const local = { host: canonicalIp(localHost) ?? localHost, port: localPort };
  const { port, source } = message.seenAs;
  const seen: SeenClient = {
    ...{ host: trace.ip, source, local, translated: plan.proxy === undefined ? trace.ip !== local.host : null },
    ...given({ port }),
  };
  return {
    type: 'trace-start',
    wallMs: Date.now(),
    direction: 'reverse',
    host: plan.target.host,
    ...shownProxy(plan),
    ...trace,
    seen,
  };
}

function stopped(peer: string): WperfError {
  return new WperfError('peer-terminated', `${peer} was stopped before the end of the trace`, {
    operation: 'test',
    peer,
  });
}

/** Nothing may follow the end of a trace but the server's close. */
async function untilClosed(conversation: Conversation, clock: Clock): Promise<void> {
  const late = () => new WperfError('timeout', 'the server leaves the connection open', { peer: conversation.peer });
  const stray = await within(clock, traceService.closeSeconds, conversation.next(), late).catch(closedOrLate);
  if (stray !== undefined) throw violation(`${stray.type} behind the end of the trace`);
}

/** The connection may be lost now; what breaks the protocol may not pass for that. */
function closedOrLate(thrown: unknown): undefined {
  const { code } = toWperfError(thrown);
  if (code !== 'peer-lost' && code !== 'timeout') throw thrown;
}
