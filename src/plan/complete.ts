/** Plans with what was left open filled in: every default of a plan is filled in here and nowhere else. */
import { defaults, limits, loadDefaults } from '../defaults/index.js';
import { given } from '../given.js';
import type { ClientPlan, ConnectionPlan, PingPlan, ReverseTracePlan, Target, TestPlan, TraceWish } from './plan.js';

/** What may be left open, or undefined. */
export type Open<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A plan that does not say yet where the server is. */
export type Unplaced<P> = Omit<P, 'target'>;

export function completeLoad(wish: Open<Unplaced<ClientPlan>>): Unplaced<ClientPlan> {
  const test = completeTest(wish);
  const usual = { getServerOutput: false, latency: test.mode === 'throughput' };
  return { ...connection, ...usual, ...given(wish), ...test };
}

/** A test by bytes takes as long as it takes, unless seconds are given too: the first to end wins. */
function completeTest(wish: Open<TestPlan>): TestPlan {
  const { mode = 'throughput', bytes, seconds = defaults.seconds } = wish;
  const untimed = wish.untimed ?? (bytes !== undefined && wish.seconds === undefined);
  const usual: TestPlan = {
    mode,
    direction: 'up',
    streams: defaults.streams,
    seconds,
    omitSeconds: defaults.omitSeconds,
    ...loadDefaults(mode),
    intervalSeconds: defaults.intervalSeconds,
  };
  const plan = { ...usual, ...given(wish) };
  return untimed ? { ...plan, untimed, seconds: limits.seconds.max } : plan;
}

export function completePing(wish: Open<Unplaced<PingPlan>>): Unplaced<PingPlan> {
  const usual = { count: defaults.pingCount, intervalSeconds: defaults.intervalSeconds };
  return { ...connection, ...usual, ...given(wish) };
}

export function completeRouteBack(
  way: Open<Unplaced<ConnectionPlan>>,
  trace: Open<TraceWish>,
): Unplaced<ReverseTracePlan> {
  return { ...connection, ...given(way), trace: completeTraceWish(trace) };
}

/** In-band probes cost their connection more, and are fewer. */
export function completeTraceWish(wish: Open<TraceWish>): TraceWish {
  const { maxHops, firstHop, queries, inbandQueries, timeoutSeconds } = defaults.trace;
  const usual: TraceWish = {
    protocol: 'auto',
    maxHops,
    firstHop,
    queries: wish.protocol === 'inband' ? inbandQueries : queries,
    timeoutSeconds,
    names: true,
    serial: false,
  };
  return { ...usual, ...given(wish) };
}

export function completeTarget({
  host,
  port = defaults.port,
  secure = false,
  path = '/',
}: Pick<Target, 'host'> & Open<Omit<Target, 'host'>>): Target {
  return { host, port, secure, path };
}

const connection = { connectTimeoutMs: defaults.connectTimeoutMs, headers: [], insecure: false };
