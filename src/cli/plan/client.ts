/** The plans of a client: of a load test, of pings, and of the route back. */
import { limits } from '../../defaults/index.js';
import { given, givenAny } from '../../given.js';
import { flawOfLoad, flawOfPing, flawOfRouteBack } from '../../plan/check.js';
import { completeLoad, completePing, completeRouteBack, type Open, type Unplaced } from '../../plan/complete.js';
import type {
  ClientPlan,
  ConnectionPlan,
  PingPlan,
  ReverseTracePlan,
  SimulationPlan,
  Target,
} from '../../plan/plan.js';
import { type FlagValues, labelOf } from '../flags/table.js';
import { parseNamed, usageError } from '../flags/usage.js';
import { hideCredentials } from '../flags/values/url.js';
import { readPem } from './files.js';
import { refuseFlaw } from './flaws.js';
import { blockBytesOf, bytesOf, modeOf, silenceSecondsOf, timeOf } from './load/amount.js';
import { checkIperf3, checkPacketsPassProxy, iperf3Plan, parseIperf3Target } from './load/iperf3.js';
import { checkPassesProxy, checkProto, protoPlan } from './load/proto.js';
import { checkPorts, checkThroughProxy, socketWishes } from './load/socket.js';
import { givenWish } from './routes.js';
import type { Surroundings } from './surroundings.js';
import { resolveToken } from './token.js';
import { checkFamily, chosenFamily } from './way/family.js';
import { proxyUrl } from './way/proxy.js';
import { parseTarget, targetUrl } from './way/target.js';

/** `loopback`: the server that is started for the command, where it will listen. */
export type Placed<P> = Unplaced<P> & { readonly target: Target | 'loopback' };

export function loadPlan(values: FlagValues, outside: Surroundings): Placed<ClientPlan> {
  const plan = completeLoad({
    mode: modeOf(values),
    direction: values.bidir ? 'bidir' : values.reverse ? 'down' : undefined,
    streams: values.parallel,
    ...timeOf(values),
    bytes: bytesOf(values),
    omitSeconds: values.omit,
    blockBytes: blockBytesOf(values),
    bitsPerSecond: values.bitrate,
    intervalSeconds: values.interval,
    rxCopy: values['rx-copy'],
    getServerOutput: values['get-server-output'],
    latency: values['no-latency'] && false,
    silenceSeconds: silenceSecondsOf(values),
    simulation: simulationPlan(values),
    proto: protoPlan(values),
    iperf3: iperf3Plan(values, outside),
    title: values.title,
    extraData: values['extra-data'],
    ...connectionWish(values, outside),
  });
  checkPorts(values);
  checkProto(values);
  checkIperf3(values);
  refuseFlaw(flawOfLoad(plan), values);
  return { ...plan, ...wayPlan(values, outside) };
}

export function pingPlan(values: FlagValues, outside: Surroundings): Placed<PingPlan> {
  const plan = completePing({
    count: values['ping-count'],
    intervalSeconds: values.interval,
    title: values.title,
    simulation: simulationPlan(values),
    ...connectionWish(values, outside),
  });
  refuseFlaw(flawOfPing(plan), values);
  return { ...plan, ...wayPlan(values, outside) };
}

export function routeBackPlan(values: FlagValues, outside: Surroundings): Placed<ReverseTracePlan> {
  const plan = completeRouteBack(connectionWish(values, outside), givenWish(values));
  refuseFlaw(flawOfRouteBack(plan), values);
  return { ...plan, ...wayPlan(values, outside) };
}

function connectionWish(values: FlagValues, outside: Surroundings): Open<Unplaced<ConnectionPlan>> {
  return {
    connectTimeoutMs: values['connect-timeout'],
    headers: values.header,
    insecure: values.insecure,
    token: resolveToken(values, outside),
    family: chosenFamily(values),
    bind: values.bind?.address,
    socket: socketWishes(values),
    noLegacy: values['no-legacy'],
    legacyToken: values['legacy-token'],
  };
}

/** Undefined where no flag asks for one. A seed alone simulates nothing. */
function simulationPlan(values: FlagValues): SimulationPlan | undefined {
  const conditions = givenAny({
    latencyMs: values['sim-latency'],
    jitterMs: values['sim-jitter'],
    lossPercent: values['sim-loss'],
    mtuBytes: values['sim-mtu'],
    sndbufBytes: values['sim-sndbuf'],
    rcvbufBytes: values['sim-rcvbuf'],
    noDelay: values['sim-tcp-nodelay'],
  });
  const seed = values['sim-seed'];
  if (conditions) return { ...conditions, ...given({ seed }) };
  if (seed !== undefined)
    throw usageError(`${labelOf('sim-seed')} simulates nothing by itself`, 'give --sim-loss, say');
  return undefined;
}

/** Where the server is, and how to get there. */
function wayPlan(values: FlagValues, outside: Surroundings): Pick<Placed<ConnectionPlan>, 'target' | 'ca' | 'proxy'> {
  if (values.loopback) return { target: 'loopback' };
  const target = clientTarget(values);
  const proxy = clientProxy(values, target, outside);
  checkFamily(values, proxy === undefined ? target.host : '');
  checkTlsFlags(values, target);
  checkThroughProxy(values, proxy);
  checkPassesProxy(values, proxy);
  checkPacketsPassProxy(values, proxy);
  const ca = values.cacert === undefined ? undefined : readPem('--cacert', values.cacert, 'CERTIFICATE', outside);
  return { target, ...given({ ca, proxy }) };
}

function clientTarget({ client = '', port, iperf3 }: FlagValues): Target {
  if (port === 0) {
    throw usageError(`${labelOf('port')} '0' is out of range`, `give the server's port, 1 to ${limits.port.max}`);
  }
  return parseNamed(labelOf('client'), hideCredentials(client), () =>
    iperf3 ? parseIperf3Target(client, port) : parseTarget(client, port),
  );
}

function clientProxy(values: FlagValues, target: Target, outside: Surroundings): string | undefined {
  if (values.proxy !== undefined) return values.proxy;
  const found = outside.proxyFor(target);
  if (found === undefined) return undefined;
  return parseNamed('the proxy of the environment', hideCredentials(found), () => proxyUrl.parse(found));
}

function checkTlsFlags(values: FlagValues, target: Target): void {
  const flag = (['cacert', 'insecure'] as const).find((name) => values[name] !== undefined);
  if (flag === undefined || target.secure) return;
  throw usageError(`${labelOf(flag)} is for TLS, and ${targetUrl(target)} is without`, 'write -c wss://...');
}
