/** The composition of a client: the transport that reaches the server, the dialect that it speaks, and the mode. */
import { type ClientDialect, dialectOf } from './dialects/choose.js';
import { legacyReverseTrace } from './dialects/legacy/route.js';
import { type ReverseTraceTools, reverseTrace } from './dialects/native/route.js';
import { WperfError } from './errors.js';
import type { PingEvent } from './events/ping.js';
import type { TraceEvent } from './events/route.js';
import type { NoticeEvent, TestEvent } from './events/test.js';
import { given } from './given.js';
import { orAborted } from './host/abort.js';
import type { Host } from './host/host.js';
import { nodeHost } from './host/node.js';
import type { Connect } from './modes/connections.js';
import { runLoad } from './modes/load/client.js';
import { runPings } from './modes/ping/client.js';
import type { ClientPlan, ConnectionPlan, PingPlan, ReverseTracePlan } from './plan/plan.js';
import type { Connected, Transport } from './transport/transport.js';
import { wsTransport } from './transport/ws/connect.js';

export interface ClientTools {
  /** Ends the run early; the results so far are still told. */
  readonly signal?: AbortSignal | undefined;
  readonly host?: Host;
  readonly transport?: Transport;
}

/** Runs one test. The last event is `end` or `error`; leaving the loop early stops the test. Never throws. */
export function runClientPlan(plan: ClientPlan, tools: ClientTools = {}): AsyncIterableIterator<TestEvent> {
  const { host = nodeHost, signal } = tools;
  const chosen = (connected: Connected) => dialectOf(connected, plan).load;
  return runLoad(plan, { host, signal, connect: connector(plan, tools), dialectOf: chosen });
}

/** Measures round trips. The last event is `ping-end` or `error`; leaving the loop early stops them. Never throws. */
export function runPingPlan(plan: PingPlan, tools: ClientTools = {}): AsyncIterableIterator<PingEvent> {
  const { host = nodeHost, signal } = tools;
  const chosen = (connected: Connected) => dialectOf(connected, plan).ping;
  return runPings(plan, { host, signal, connect: connector(plan, tools), dialectOf: chosen });
}

/** As `reverseTrace`, in the dialect that the server speaks; one of the original is told no wishes. */
export async function* runReverseTracePlan(
  plan: ReverseTracePlan,
  tools: ReverseTraceTools & ClientTools = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void, undefined> {
  const interrupted = () => new WperfError('interrupted', 'interrupted before the first hop');
  const connecting = connector(plan, tools)(undefined);
  const connected = await orAborted(connecting, tools.signal, interrupted, ({ channel }) => channel.drop());
  const settled = { ...tools, connect: async () => connected.channel };
  const run = isOriginal(dialectOf(connected, plan)) ? legacyReverseTrace : reverseTrace;
  yield* run(plan, settled);
}

function isOriginal({ load }: ClientDialect): boolean {
  return load.openEcho === undefined;
}

function connector(plan: ConnectionPlan, { transport = wsTransport }: ClientTools): Connect {
  return (address) => transport.connect({ ...plan, ...given({ address }) });
}
