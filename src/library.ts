/** The public face of the engine: friendly options in, the same events out that the reporters get. */
import { runClientPlan, runPingPlan, runReverseTracePlan } from './client.js';
import { defaults } from './defaults/index.js';
import { WperfError } from './errors.js';
import type { NoticeEvent, TestEvent } from './events/load.js';
import type { PingEvent } from './events/ping.js';
import type { TraceEvent } from './events/route.js';
import { identity } from './host/identity.js';
import type { ReverseTraceTools } from './modes/route/client.js';
import type { Cidr } from './net/networks.js';
import { parseCidr } from './net/networks.js';
import { flawOfLoad, flawOfPing, flawOfRouteBack, flawOfServer, flawOfTarget } from './plan/check.js';
import { completeLoad, completePing, completeRouteBack, completeTarget } from './plan/complete.js';
import { type Flaw, flawText } from './plan/flaw.js';
import type { ClientPlan, PingPlan, ReverseTracePlan, ServerPlan, Target, TraceWish } from './plan/plan.js';
import { makeRecorder } from './report/recorder.js';
import { startServerPlan, type WperfServer } from './server/server.js';

/** The server; all but its host has the command line's default. */
interface Place {
  readonly host: string;
  readonly port?: number;
  /** Speak wss instead of ws. */
  readonly secure?: boolean;
  readonly path?: string;
}

/** What to measure; everything but the host has the command line's default. */
export interface ClientOptions extends Partial<Omit<ClientPlan, 'target'>>, Place {
  /** Ends the test early; the results so far are still collected. */
  readonly signal?: AbortSignal;
}

export interface ServerOptions extends Partial<Omit<ServerPlan, 'trustProxy'>> {
  /** Addresses and networks of proxies that are believed when they say for whom they speak, e.g. `10.0.0.0/8`. */
  readonly trustProxy?: readonly string[];
}

/**
 * Runs one test. The last event is `end` or `error`; nothing is thrown while it runs, and leaving the loop stops it.
 * @throws WperfError `usage` for an option out of range, which it names.
 */
export function runClient(options: ClientOptions): AsyncIterableIterator<TestEvent> {
  const { host, port, secure, path, signal, ...rest } = options;
  const plan = { ...completeLoad(rest), target: targetOf({ host, port, secure, path }) };
  refuse(flawOfLoad(plan));
  return runClientPlan(plan, { signal });
}

/** What to ping; everything but the host has the command line's default. */
export interface PingOptions extends Partial<Omit<PingPlan, 'target'>>, Place {
  /** Ends the pings early; the results so far are still told. */
  readonly signal?: AbortSignal;
}

/**
 * Measures round trips. The last event is `ping-end` or `error`; leaving the loop stops the pings.
 * @throws WperfError `usage` for an option out of range, which it names.
 */
export function runPing(options: PingOptions): AsyncIterableIterator<PingEvent> {
  const { host, port, secure, path, signal, ...rest } = options;
  const plan = { ...completePing(rest), target: targetOf({ host, port, secure, path }) };
  refuse(flawOfPing(plan));
  return runPingPlan(plan, { signal });
}

/** Whom to ask for the route back, and how to trace it; everything but the host has the command line's default. */
export interface ReverseTraceOptions
  extends Partial<Omit<ReverseTracePlan, 'target' | 'trace'>>,
    Partial<TraceWish>,
    Place {}

/**
 * The route from a server back to this machine: one `trace-start` with what the server takes this machine for, each hop
 * as it is known, one `trace-end`; leaving the loop stops the trace.
 *
 * Throws a WperfError: `usage` for an option out of range, those of connecting, and the server's refusal.
 */
export function reverseTraceroute(
  options: ReverseTraceOptions,
  tools: Pick<ReverseTraceTools, 'signal' | 'annotate'> = {},
): AsyncGenerator<TraceEvent | NoticeEvent, void> {
  const { host, port, secure, path, ...rest } = options;
  const { protocol, maxHops, firstHop, queries, timeoutSeconds, names, serial, ...way } = rest;
  const wish = { protocol, maxHops, firstHop, queries, timeoutSeconds, names, serial };
  const plan = { ...completeRouteBack(way, wish), target: targetOf({ host, port, secure, path }) };
  refuse(flawOfRouteBack(plan));
  return runReverseTracePlan(plan, tools);
}

/**
 * Listens and serves until `close()`. Events: `test` (event, session), `pings` (a client has ended its `--ping`), `notice`, `close`.
 * Rejects with WperfError `port-in-use`, `listen-failure`, `file-failure` or `usage`.
 */
export async function startServer(options: ServerOptions = {}): Promise<WperfServer> {
  const { trustProxy = [], ...rest } = options;
  const plan: ServerPlan = { port: defaults.port, oneOff: false, ...rest, trustProxy: trustProxy.map(networkOf) };
  refuse(flawOfServer(plan));
  return startServerPlan(plan, { makeRecorder: () => makeRecorder(identity) });
}

function networkOf(text: string): Cidr {
  const network = parseCidr(text);
  if (network) return network;
  throw new WperfError('usage', `trustProxy '${text}' names no network`);
}

function targetOf(place: Parameters<typeof completeTarget>[0]): Target {
  const target = completeTarget(place);
  refuse(flawOfTarget(target));
  return target;
}

function refuse(flaw: Flaw | undefined): void {
  if (flaw !== undefined) throw new WperfError('usage', flawText(flaw));
}
