/** The composition of a client: the transport that reaches the server, the dialect that it speaks, and the mode. */
import { dialectOf, offered } from './dialects/choose.js';
import type { PingEvent } from './events/ping.js';
import type { TraceEvent } from './events/route.js';
import type { NoticeEvent, TestEvent } from './events/test.js';
import { given } from './given.js';
import type { Host } from './host/host.js';
import { nodeHost } from './host/node.js';
import type { Connect } from './modes/connections.js';
import { runLoad } from './modes/load/client.js';
import { runPings } from './modes/ping/client.js';
import { askRoute, type ReverseTraceTools } from './modes/route/client.js';
import type { ClientPlan, ConnectionPlan, PingPlan, ReverseTracePlan } from './plan/plan.js';
import { socketOf } from './plan/socket.js';
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
  return runLoad(plan, { host, signal, connect: connector(plan, tools), dialectOf: chosen, offered: offered.load });
}

/** Measures round trips. The last event is `ping-end` or `error`; leaving the loop early stops them. Never throws. */
export function runPingPlan(plan: PingPlan, tools: ClientTools = {}): AsyncIterableIterator<PingEvent> {
  const { host = nodeHost, signal } = tools;
  const chosen = (connected: Connected) => dialectOf(connected, plan).ping;
  return runPings(plan, { host, signal, connect: connector(plan, tools), dialectOf: chosen });
}

/** Asks for the route back, as `askRoute` tells; a server of the original is told no wishes. */
export function runReverseTracePlan(
  plan: ReverseTracePlan,
  tools: ReverseTraceTools & ClientTools = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void> {
  const { host = nodeHost } = tools;
  const chosen = (connected: Connected) => dialectOf(connected, plan).route;
  return askRoute(plan, { host, connect: connector(plan, tools), dialectOf: chosen }, tools);
}

function connector(plan: ConnectionPlan, { transport = wsTransport }: ClientTools): Connect {
  return (address, place, hooks) =>
    transport.connect({ ...plan, ...given({ address }), ...socketOf(plan, place) }, hooks);
}
