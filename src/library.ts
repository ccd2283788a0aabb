/** The public face of the engine: friendly options in, the same events out that the reporters get. */

import { runClientPlan, runPingPlan, runReverseTracePlan } from './client.js';
import { blockLimits, defaults, limits, loadDefaults } from './defaults/index.js';
import { WperfError } from './errors.js';
import type { PingEvent } from './events/ping.js';
import type { TraceEvent } from './events/route.js';
import type { NoticeEvent, TestEvent } from './events/test.js';
import { identity } from './host/identity.js';
import type { ReverseTraceTools } from './modes/route/client.js';
import type { Cidr } from './net/cidr.js';
import { parseCidr } from './net/networks.js';
import type {
  ClientPlan,
  ConnectionPlan,
  PingPlan,
  ReverseTracePlan,
  ServerPlan,
  SimulationPlan,
  Target,
  TraceWish,
} from './plan/plan.js';
import { cutByProxy, lacksPorts } from './plan/socket.js';
import { completeTraceWish } from './plan/trace-wish.js';
import { makeRecorder } from './report/recorder.js';
import { startServerPlan, type WperfServer } from './server/server.js';

/** What to measure; everything but the host has the command line's default. */
export interface ClientOptions extends Partial<Omit<ClientPlan, 'target'>> {
  readonly host: string;
  readonly port?: number;
  /** Speak wss instead of ws. */
  readonly secure?: boolean;
  readonly path?: string;
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
  const { host, port, secure = false, path = '/', signal, ...rest } = options;
  const target: Target = { host, port: port ?? defaults.port, secure, path };
  const mode = rest.mode ?? 'throughput';
  const plan: ClientPlan = {
    mode,
    direction: 'up',
    streams: defaults.streams,
    seconds: rest.bytes === undefined ? defaults.seconds : limits.seconds.max,
    omitSeconds: defaults.omitSeconds,
    ...loadDefaults(mode),
    intervalSeconds: defaults.intervalSeconds,
    connectTimeoutMs: defaults.connectTimeoutMs,
    headers: [],
    insecure: false,
    getServerOutput: false,
    latency: mode === 'throughput',
    ...rest,
    target,
  };
  checkPlan(plan);
  return runClientPlan(plan, { signal });
}

/** What to ping; everything but the host has the command line's default. */
export interface PingOptions extends Partial<Omit<PingPlan, 'target'>> {
  readonly host: string;
  readonly port?: number;
  readonly secure?: boolean;
  readonly path?: string;
  /** Ends the pings early; the results so far are still told. */
  readonly signal?: AbortSignal;
}

/**
 * Measures round trips. The last event is `ping-end` or `error`; leaving the loop stops the pings.
 * @throws WperfError `usage` for an option out of range, which it names.
 */
export function runPing(options: PingOptions): AsyncIterableIterator<PingEvent> {
  const { host, port, secure = false, path = '/', signal, ...rest } = options;
  const plan: PingPlan = {
    count: defaults.pingCount,
    intervalSeconds: defaults.intervalSeconds,
    connectTimeoutMs: defaults.connectTimeoutMs,
    headers: [],
    insecure: false,
    ...rest,
    target: { host, port: port ?? defaults.port, secure, path },
  };
  checkRange('port', plan.target.port, { min: 1, max: limits.port.max }, true);
  checkRange('count', plan.count, limits.pingCount, true);
  checkSimulation(plan.simulation);
  checkSocket(plan);
  checkRange('connectTimeoutMs', plan.connectTimeoutMs, limits.connectTimeoutMs);
  if (plan.intervalSeconds !== 0) checkRange('intervalSeconds', plan.intervalSeconds, limits.intervalSeconds);
  return runPingPlan(plan, { signal });
}

/** Whom to ask for the route back, and how to trace it; everything but the host has the command line's default. */
export interface ReverseTraceOptions extends Partial<Omit<ReverseTracePlan, 'target' | 'trace'>>, Partial<TraceWish> {
  readonly host: string;
  readonly port?: number;
  readonly secure?: boolean;
  readonly path?: string;
}

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
  const { host, port, secure = false, path = '/', ...rest } = options;
  const { protocol, maxHops, firstHop, queries, timeoutSeconds, names, serial, ...way } = rest;
  const trace = completeTraceWish({ protocol, maxHops, firstHop, queries, timeoutSeconds, names, serial });
  const plan: ReverseTracePlan = {
    ...{ connectTimeoutMs: defaults.connectTimeoutMs, headers: [], insecure: false },
    ...way,
    ...{ trace, target: { host, port: port ?? defaults.port, secure, path } },
  };
  checkRange('port', plan.target.port, { min: 1, max: limits.port.max }, true);
  checkRange('connectTimeoutMs', plan.connectTimeoutMs, limits.connectTimeoutMs);
  checkSocket(plan);
  checkRange('maxHops', trace.maxHops, limits.traceHops, true);
  checkRange('firstHop', trace.firstHop, { min: limits.traceHops.min, max: trace.maxHops }, true);
  checkRange('queries', trace.queries, limits.traceQueries, true);
  checkRange('timeoutSeconds', trace.timeoutSeconds, limits.traceTimeoutSeconds);
  return runReverseTracePlan(plan, tools);
}

/**
 * Listens and serves until `close()`. Events: `test` (event, session), `pings` (a client has ended its `--ping`), `notice`, `close`.
 * Rejects with WperfError `port-in-use`, `listen-failure`, `file-failure` or `usage`.
 */
export async function startServer(options: ServerOptions = {}): Promise<WperfServer> {
  const { trustProxy = [], ...rest } = options;
  const plan: ServerPlan = { port: defaults.port, oneOff: false, ...rest, trustProxy: trustProxy.map(networkOf) };
  checkRange('port', plan.port, limits.port, true);
  return startServerPlan(plan, { makeRecorder: () => makeRecorder(identity) });
}

function networkOf(text: string): Cidr {
  const network = parseCidr(text);
  if (network) return network;
  throw new WperfError('usage', `trustProxy '${text}' names no network`);
}

function checkPlan(plan: ClientPlan): void {
  if (plan.mode !== 'throughput' && plan.mode !== 'datagram') {
    throw new WperfError('usage', `mode ${plan.mode} is neither throughput nor datagram`);
  }
  checkRange('port', plan.target.port, { min: 1, max: limits.port.max }, true);
  checkRange('streams', plan.streams, limits.streams, true);
  checkRange('seconds', plan.seconds, limits.seconds);
  checkRange('omitSeconds', plan.omitSeconds, limits.omitSeconds);
  checkRange('blockBytes', plan.blockBytes, blockLimits(plan.mode), true);
  checkRange('bitsPerSecond', plan.bitsPerSecond, limits.bitsPerSecond);
  checkRange('connectTimeoutMs', plan.connectTimeoutMs, limits.connectTimeoutMs);
  if (plan.intervalSeconds !== 0) checkRange('intervalSeconds', plan.intervalSeconds, limits.intervalSeconds);
  checkSimulation(plan.simulation);
  checkSocket(plan);
  if (lacksPorts(plan)) {
    throw new WperfError('usage', `socket.localPort leaves no ports for ${plan.streams} streams`);
  }
  if (plan.bytes === undefined) return;
  if (plan.mode === 'throughput' && plan.simulation?.lossPercent) {
    throw new WperfError('usage', 'bytes and simulation.lossPercent exclude each other: not all would arrive');
  }
  checkRange('bytes', plan.bytes, { min: plan.streams, max: limits.bytes.max }, true);
  if (plan.omitSeconds > 0) throw new WperfError('usage', 'bytes and omitSeconds exclude each other');
}

function checkSocket(plan: Pick<ConnectionPlan, 'socket' | 'proxy'>): void {
  const { socket = {} } = plan;
  const { windowBytes, tos, mssBytes, localPort, nameCharacters } = limits.socket;
  for (const [name, range] of Object.entries({ windowBytes, tos, mssBytes, localPort })) {
    const value = socket[name as 'windowBytes' | 'tos' | 'mssBytes' | 'localPort'];
    if (value !== undefined) checkRange(`socket.${name}`, value, range, true);
  }
  for (const name of ['congestion', 'device'] as const) {
    const value = socket[name];
    if (value === undefined || (/^[!-.0-~]+$/.test(value) && value.length <= nameCharacters)) continue;
    throw new WperfError('usage', `socket.${name} '${value}' is not a name of up to ${nameCharacters} characters`);
  }
  const cut = cutByProxy(plan);
  if (cut === undefined) return;
  throw new WperfError('usage', `socket.${cut} is for one connection from end to end, and a proxy makes two of it`);
}

function checkSimulation(simulation: SimulationPlan = {}): void {
  const { bufferBytes, ...ranges } = limits.simulation;
  const rules = { ...ranges, sndbufBytes: bufferBytes, rcvbufBytes: bufferBytes };
  const fractions: readonly string[] = ['latencyMs', 'jitterMs', 'lossPercent'];
  for (const [name, range] of Object.entries(rules)) {
    const value = simulation[name as keyof typeof rules];
    if (value !== undefined) checkRange(`simulation.${name}`, value, range, !fractions.includes(name));
  }
}

function checkRange(name: string, value: number, { min, max }: { min: number; max: number }, whole = false): void {
  if (value >= min && value <= max && (!whole || Number.isSafeInteger(value))) return;
  throw new WperfError('usage', `${name} ${value} is not a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
}
