/**
 * The composition of a client: the transport that reaches the server, the dialect that it speaks, and the mode. What a
 * run needs is loaded while its first connection is being made, so that neither waits for the other.
 */
import { toWperfError, WperfError } from './errors.js';
import type { ErrorEvent, NoticeEvent, TestEvent } from './events/load.js';
import type { PingEvent } from './events/ping.js';
import type { TraceEvent } from './events/route.js';
import { orAborted } from './host/abort.js';
import { eventsOf } from './host/events-of.js';
import type { Host } from './host/host.js';
import { meanwhile } from './host/meanwhile.js';
import { nodeHost } from './host/node.js';
import { Connections } from './modes/connections.js';
import type { ReverseTraceTools } from './modes/route/client.js';
import type { ClientPlan, ConnectionPlan, PingPlan, ReverseTracePlan } from './plan/plan.js';
import { isModulePath } from './plan/protos.js';
import { socketOf } from './plan/socket.js';
import type { LoadCarrier } from './transport/carriage.js';
import type { CarrierTools } from './transport/load/carrier.js';
import type { LoadTransport } from './transport/load-transport.js';
import { RawSockets } from './transport/raw-sockets.js';
import type { Connected, Transport } from './transport/transport.js';
import { wsTransport } from './transport/ws/connect.js';

export interface ClientTools {
  /** Ends the run early; the results so far are still told. */
  readonly signal?: AbortSignal | undefined;
  readonly host?: Host;
  readonly transport?: Transport;
  /** Carries the load in place of what the plan's `proto` names. */
  readonly loadTransport?: LoadTransport;
}

/** Runs one test. The last event is `end` or `error`; leaving the loop early stops the test. Never throws. */
export function runClientPlan(plan: ClientPlan, tools: ClientTools = {}): AsyncIterableIterator<TestEvent> {
  const { host = nodeHost } = tools;
  return told<TestEvent>(tools, async (emit, signal) => {
    if (plan.iperf3) return runIperf3Load(plan, { host, signal }, emit);
    const given = tools.loadTransport ?? (await ownModule(plan, signal));
    const connections = begun(plan.proto ? { ...plan, ...socketOf(plan, 'beside') } : plan, tools);
    const [{ runLoad }, { dialectOf, offered }, carrier] = await loaded(connections, () =>
      Promise.all([
        import('./modes/load/client.js'),
        import('./dialects/choose.js'),
        carrierOf(plan, given, { clock: host.clock, signal, settled: connections.settled }),
      ]),
    );
    const chosen = (connected: Connected) => dialectOf(connected, plan).load;
    await runLoad(plan, { host, signal, connections, dialectOf: chosen, offered: offered.load, carrier }, emit);
  });
}

/** There is nothing to settle, and nothing to say by WebSocket. */
async function runIperf3Load(
  plan: ClientPlan,
  { host, signal }: { readonly host: Host; readonly signal: AbortSignal },
  emit: (event: TestEvent) => void,
): Promise<void> {
  const sockets = new RawSockets({ ...plan, service: 'iperf3 -s' }, host.clock);
  const [{ runLoad }, { iperf3Load }, { rawConnections }] = await loaded(sockets, () =>
    Promise.all([
      import('./modes/load/client.js'),
      import('./dialects/iperf3/client/load.js'),
      import('./transport/raw.js'),
    ]),
  );
  await runLoad(plan, { host, signal, lone: iperf3Load(rawConnections(sockets)) }, emit);
}

/** Measures round trips. The last event is `ping-end` or `error`; leaving the loop early stops them. Never throws. */
export function runPingPlan(plan: PingPlan, tools: ClientTools = {}): AsyncIterableIterator<PingEvent> {
  const { host = nodeHost } = tools;
  return told<PingEvent>(tools, async (emit, signal) => {
    const connections = begun(plan, tools);
    const [{ runPings }, { dialectOf }] = await loaded(connections, () =>
      Promise.all([import('./modes/ping/client.js'), import('./dialects/choose.js')]),
    );
    const chosen = (connected: Connected) => dialectOf(connected, plan).ping;
    await runPings(plan, { host, signal, connections, dialectOf: chosen }, emit);
  });
}

type RouteBackTools = ReverseTraceTools &
  ClientTools & {
    /** Loads what `annotate` needs, beside the first connection; what it rejects with is thrown in place of a route. */
    readonly prepare?: () => Promise<void>;
  };

/** Asks for the route back, as `askRoute` tells; a server of the original is told no wishes. */
export async function* runReverseTracePlan(
  plan: ReverseTracePlan,
  tools: RouteBackTools = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void> {
  const { host = nodeHost, prepare } = tools;
  const connections = begun(plan, tools);
  const [{ askRoute }, { dialectOf }] = await loaded(connections, () =>
    Promise.all([import('./modes/route/client.js'), import('./dialects/choose.js'), prepare?.()]),
  );
  const chosen = (connected: Connected) => dialectOf(connected, plan).route;
  yield* askRoute(plan, { host, connections, dialectOf: chosen }, tools);
}

/**
 * The module that carries the load: what is wrong with it is told before anybody is connected to. Liveness: one that
 * never comes to its end while it is loaded is waited for until the signal aborts.
 */
async function ownModule({ proto }: ClientPlan, signal: AbortSignal): Promise<LoadTransport | undefined> {
  if (!proto || !isModulePath(proto.name)) return undefined;
  const { transportOf } = await import('./transport/catalog.js');
  const interruption = () => new WperfError('interrupted', 'interrupted before the test began');
  return orAborted(transportOf(proto.name), signal, interruption);
}

/** Undefined where load goes by the WebSockets themselves. */
async function carrierOf(
  plan: ClientPlan,
  given: LoadTransport | undefined,
  tools: CarrierTools,
): Promise<LoadCarrier | undefined> {
  if (!plan.proto) return undefined;
  const [{ Carrier }, { transportOf }] = await Promise.all([
    import('./transport/load/carrier.js'),
    import('./transport/catalog.js'),
  ]);
  const transport = given ?? (await transportOf(plan.proto.name));
  checkCarries(plan, transport);
  return new Carrier(transport, plan.proto.settings, plan, tools);
}

/** What a module carries is known once it is loaded. */
function checkCarries({ mode }: ClientPlan, { name, carries }: LoadTransport): void {
  if (mode === 'throughput' || carries === 'messages') return;
  const hint = 'leave --udp away, or measure packets over ws or udp';
  throw new WperfError('usage', `${name} carries a stream of bytes, and no packets`, { hint });
}

type Failure = Pick<ErrorEvent, 'type' | 'error'>;

/** What fails before there is anything to run is an event as any other failure. */
function told<E>(
  { signal }: ClientTools,
  run: (emit: (event: E | Failure) => void, stop: AbortSignal) => Promise<void>,
): AsyncIterableIterator<E | Failure> {
  return eventsOf<E | Failure>(async (emit, stop) => {
    await run(emit, stop).catch((thrown) => emit({ type: 'error', error: toWperfError(thrown) }));
  }, signal);
}

function begun(plan: ConnectionPlan, { transport = wsTransport }: ClientTools): Connections {
  const connections = new Connections((settled, place, hooks) =>
    transport.connect({ ...plan, ...settled, ...socketOf(plan, place) }, hooks),
  );
  connections.begin();
  return connections;
}

/** A connection that fails first is told without what would have been run; what cannot be loaded leaves none open. */
async function loaded<T>(
  connections: Pick<Connections | RawSockets, 'begin' | 'dropAll'>,
  load: () => Promise<T>,
): Promise<T> {
  const loading = meanwhile(connections.begin(), load);
  try {
    return await Promise.race([loading, connections.begin().then(() => loading)]);
  } catch (thrown) {
    connections.dropAll();
    throw thrown;
  }
}
