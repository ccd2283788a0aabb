/** Runs a plan against whatever the server speaks: wperf.v1, or the dialect of the original. */
import { WperfError } from '../errors.js';
import type { PingEvent } from '../events/ping.js';
import type { TraceEvent } from '../events/route.js';
import type { ErrorEvent, NoticeEvent, TestEvent } from '../events/test.js';
import { eventsOf } from '../host/events-of.js';
import { type ClientRunOptions, runClientPlan } from '../modes/load/client.js';
import { askRoute, type ReverseTraceTools } from '../modes/route/client.js';
import type { ClientPlan, ConnectionPlan, PingPlan, ReverseTracePlan } from '../plan/plan.js';
import { namedNoSubprotocol } from '../transport/ws/errors.js';
import { LegacyClientTest } from './legacy/client.js';
import { isServerChecked } from './legacy/entry.js';
import { runLegacyPingPlan } from './legacy/ping.js';
import { legacyRoute } from './legacy/route.js';
import { runPingPlan } from './native/ping.js';
import { nativeRoute } from './native/route.js';

type AnyRunOptions = Pick<ClientRunOptions, 'signal' | 'clock'>;

/** As `runClientPlan`, but a server that names no sub-protocol is taken for one of the original wperf. */
export function runAnyClientPlan(plan: ClientPlan, options: AnyRunOptions = {}): AsyncIterableIterator<TestEvent> {
  return inEitherDialect<TestEvent>(plan, {
    native: () => runClientPlan(plan, options),
    legacy: () => runLegacyClientPlan(plan, options),
  });
}

/** As `runPingPlan`, in the dialect that the server speaks. */
export function runAnyPingPlan(plan: PingPlan, options: AnyRunOptions = {}): AsyncIterableIterator<PingEvent> {
  return inEitherDialect<PingEvent>(plan, {
    native: () => runPingPlan(plan, options),
    legacy: () => runLegacyPingPlan(plan, options),
  });
}

/** As `askRoute`, in the dialect that the server speaks; one of the original is told no wishes. */
export async function* runAnyReverseTrace(
  plan: ReverseTracePlan,
  tools: ReverseTraceTools = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void, undefined> {
  try {
    yield* askRoute(plan, nativeRoute, tools);
  } catch (thrown) {
    if (!(thrown instanceof WperfError && namedNoSubprotocol(thrown))) throw thrown;
    const refusal = whyNotLegacy(plan, thrown);
    if (refusal) throw refusal;
    yield* askRoute(plan, legacyRoute, tools);
  }
}

async function* inEitherDialect<E extends { readonly type: string }>(
  plan: ConnectionPlan,
  run: { readonly native: () => AsyncIterable<E | ErrorEvent>; readonly legacy: () => AsyncIterable<E | ErrorEvent> },
): AsyncGenerator<E | ErrorEvent, void, undefined> {
  for await (const event of run.native()) {
    if (!isRefusalOfDialect(event)) {
      yield event;
      continue;
    }
    const error = whyNotLegacy(plan, event.error);
    if (error) yield { type: 'error', error };
    else yield* run.legacy();
    return;
  }
}

function isRefusalOfDialect(event: { readonly type: string } | ErrorEvent): event is ErrorEvent {
  return event.type === 'error' && 'error' in event && namedNoSubprotocol(event.error);
}

function runLegacyClientPlan(plan: ClientPlan, options: AnyRunOptions) {
  const { clock, signal: outer } = options;
  return eventsOf<TestEvent>((emit, signal) => new LegacyClientTest(plan, { signal, clock }, emit).run(), outer);
}

/**
 * Anyone on the path of a plain connection can leave the sub-protocol out of the server's answer, and would be sent the
 * token: the user has to ask for that.
 */
function whyNotLegacy(plan: ConnectionPlan, { message, peer }: WperfError): WperfError | undefined {
  const detail = { operation: 'connect', ...(peer !== undefined && { peer }) };
  if (plan.noLegacy) {
    const hint = 'it may be the original wperf, whose dialect --no-legacy refuses';
    return new WperfError('not-wperf', message, { ...detail, hint });
  }
  if (plan.token === undefined || isServerChecked(plan) || plan.legacyToken) return undefined;
  const hint = 'use wss with a certificate that is checked, or --legacy-token to send it all the same';
  const text = `${peer ?? 'the server'} speaks as the original wperf does, and would get the token in the clear`;
  return new WperfError('server-unproven', text, { ...detail, hint });
}
