/**
 * The composition of a client: the transport that reaches the server, the dialect that it speaks, and the mode. What a
 * run needs is loaded while its first connection is being made, so that neither waits for the other.
 */
import { toWperfError } from './errors.js';
import type { PingEvent } from './events/ping.js';
import type { TraceEvent } from './events/route.js';
import type { ErrorEvent, NoticeEvent, TestEvent } from './events/test.js';
import { given } from './given.js';
import { eventsOf } from './host/events-of.js';
import type { Host } from './host/host.js';
import { nodeHost } from './host/node.js';
import { Connections } from './modes/connections.js';
import type { ReverseTraceTools } from './modes/route/client.js';
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
  const { host = nodeHost } = tools;
  return told<TestEvent>(tools, async (emit, signal) => {
    const connections = begun(plan, tools);
    const [{ runLoad }, { dialectOf, offered }] = await meanwhile(
      connections,
      Promise.all([import('./modes/load/client.js'), import('./dialects/choose.js')]),
    );
    const chosen = (connected: Connected) => dialectOf(connected, plan).load;
    await runLoad(plan, { host, signal, connections, dialectOf: chosen, offered: offered.load }, emit);
  });
}

/** Measures round trips. The last event is `ping-end` or `error`; leaving the loop early stops them. Never throws. */
export function runPingPlan(plan: PingPlan, tools: ClientTools = {}): AsyncIterableIterator<PingEvent> {
  const { host = nodeHost } = tools;
  return told<PingEvent>(tools, async (emit, signal) => {
    const connections = begun(plan, tools);
    const [{ runPings }, { dialectOf }] = await meanwhile(
      connections,
      Promise.all([import('./modes/ping/client.js'), import('./dialects/choose.js')]),
    );
    const chosen = (connected: Connected) => dialectOf(connected, plan).ping;
    await runPings(plan, { host, signal, connections, dialectOf: chosen }, emit);
  });
}

/** Asks for the route back, as `askRoute` tells; a server of the original is told no wishes. */
export async function* runReverseTracePlan(
  plan: ReverseTracePlan,
  tools: ReverseTraceTools & ClientTools = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void> {
  const { host = nodeHost } = tools;
  const connections = begun(plan, tools);
  const [{ askRoute }, { dialectOf }] = await meanwhile(
    connections,
    Promise.all([import('./modes/route/client.js'), import('./dialects/choose.js')]),
  );
  const chosen = (connected: Connected) => dialectOf(connected, plan).route;
  yield* askRoute(plan, { host, connections, dialectOf: chosen }, tools);
}

/** What fails before there is anything to run is an event as any other failure. */
function told<E>(
  { signal }: ClientTools,
  run: (emit: (event: E | ErrorEvent) => void, stop: AbortSignal) => Promise<void>,
): AsyncIterableIterator<E | ErrorEvent> {
  return eventsOf<E | ErrorEvent>(async (emit, stop) => {
    await run(emit, stop).catch((thrown) => emit({ type: 'error', error: toWperfError(thrown) }));
  }, signal);
}

function begun(plan: ConnectionPlan, { transport = wsTransport }: ClientTools): Connections {
  const connections = new Connections((address, place, hooks) =>
    transport.connect({ ...plan, ...given({ address }), ...socketOf(plan, place) }, hooks),
  );
  connections.begin();
  return connections;
}

/** A connection that fails first is told without what would have been run. */
function meanwhile<T>(connections: Connections, loading: Promise<T>): Promise<T> {
  return Promise.race([loading, connections.begin().then(() => loading)]);
}
