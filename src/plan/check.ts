/** The rules that a plan must keep. Each end of a test, and each way to ask for one, checks by these. */
import { blockLimits, limits, serverRate, traceService } from '../defaults/index.js';
import { familyOf } from '../net/ip.js';
import type { Unplaced } from './complete.js';
import { among, exclusive, type Flaw, flawOfMembers, form, isText, other, text, whole, within } from './flaw.js';
import { mayEndByTime } from './length.js';
import type {
  ClientPlan,
  ConnectionPlan,
  PingPlan,
  ReverseTracePlan,
  ServerPlan,
  SimulationPlan,
  Target,
  TestPlan,
  TraceWish,
} from './plan.js';
import { isModulePath, packetProtos, protos } from './protos.js';
import { flawOfProxyUrl } from './proxy.js';
import { cutByProxy, lacksPorts } from './socket.js';

const carried: readonly string[] = protos.filter((name) => name !== 'ws');

export function flawOfLoad(plan: Unplaced<ClientPlan>): Flaw | undefined {
  return (
    among('mode', plan.mode, ['throughput', 'datagram']) ??
    among('direction', plan.direction, ['up', 'down', 'bidir']) ??
    text('title', plan.title, limits.titleCharacters) ??
    text('extraData', plan.extraData, limits.titleCharacters) ??
    whole('streams', plan.streams, limits.streams) ??
    within('seconds', plan.seconds, limits.seconds) ??
    within('omitSeconds', plan.omitSeconds, limits.omitSeconds) ??
    within('bitsPerSecond', plan.bitsPerSecond, limits.bitsPerSecond) ??
    flawOfSilence(plan.silenceSeconds) ??
    flawOfConnection(plan) ??
    flawOfInterval(plan) ??
    flawOfSimulation(plan.simulation) ??
    flawOfBytes(plan) ??
    flawOfPorts(plan) ??
    flawOfFragments(plan) ??
    flawOfProto(plan) ??
    flawOfIperf3(plan) ??
    flawOfStream({ ...plan, lossPercent: plan.simulation?.lossPercent })
  );
}

/** Of what one stream's opening says too. */
export function flawOfStream(
  test: Pick<TestPlan, 'mode' | 'blockBytes' | 'bytes' | 'untimed'> &
    Pick<ClientPlan, 'iperf3'> & { readonly lossPercent?: number | undefined },
): Flaw | undefined {
  const neverAll = test.mode === 'throughput' && test.bytes !== undefined && test.lossPercent && !mayEndByTime(test);
  return (
    whole('blockBytes', test.blockBytes, blockLimits(test.mode, test.iperf3 !== undefined)) ??
    (neverAll
      ? exclusive('bytes', 'simulation.lossPercent', 'not all would arrive, and the test never end')
      : undefined)
  );
}

export function flawOfPing(plan: Unplaced<PingPlan>): Flaw | undefined {
  return (
    whole('count', plan.count, limits.pingCount) ??
    text('title', plan.title, limits.titleCharacters) ??
    flawOfSimulation(plan.simulation) ??
    flawOfConnection(plan) ??
    flawOfInterval(plan)
  );
}

export function flawOfRouteBack({ trace, ...way }: Unplaced<ReverseTracePlan>): Flaw | undefined {
  return flawOfConnection(way) ?? flawOfTrace(trace);
}

export function flawOfTrace(wish: Omit<TraceWish, 'names' | 'serial'>): Flaw | undefined {
  const { protocol, maxHops, firstHop, queries, timeoutSeconds } = wish;
  return (
    among('protocol', protocol, ['auto', 'udp', 'icmp', 'tcp', 'inband']) ??
    whole('maxHops', maxHops, limits.traceHops) ??
    whole('firstHop', firstHop, { min: limits.traceHops.min, max: maxHops }) ??
    whole('queries', queries, limits.traceQueries) ??
    within('timeoutSeconds', timeoutSeconds, limits.traceTimeoutSeconds)
  );
}

/** Whom a client can connect to: port 0 is for servers, which take any free one. */
export function flawOfTarget({ host, port, path }: Target): Flaw | undefined {
  return flawOfHost(host ?? '') ?? whole('port', port, { min: 1, max: limits.port.max }) ?? flawOfPath(path);
}

export function flawOfHost(host: string | undefined): Flaw | undefined {
  return form('host', host, /./, 'is no name or address');
}

function flawOfPath(path: string | undefined): Flaw | undefined {
  return form('path', path, /^\/[^#]*$/, 'is no path that begins with / and has no #');
}

export function flawOfServer(plan: ServerPlan): Flaw | undefined {
  const { port, host, path, token, intervalSeconds = 0, iperf3: { port: own = limits.port.max } = {}, traces } = plan;
  const { seconds, bytes, silenceSeconds } = limits;
  return (
    whole('port', port, limits.port) ??
    flawOfHost(host) ??
    flawOfPath(path) ??
    text('token', token, limits.tokenCharacters, 1) ??
    whole('iperf3.port', own, { min: 1, max: limits.port.max }) ??
    flawOfMembers('', plan, { seconds, bytes, silenceSeconds }, ['seconds', 'silenceSeconds']) ??
    flawOfInterval({ intervalSeconds }) ??
    flawOfRate(plan.rate) ??
    flawOfMembers('traces.', traces, traceService.limits)
  );
}

function flawOfRate(rate: ServerPlan['rate']): Flaw | undefined {
  if (!rate) return undefined;
  const { bitsPerSecond, seconds } = rate;
  return (
    within('rate.bitsPerSecond', bitsPerSecond, serverRate.bitsPerSecond) ??
    within('rate.seconds', seconds, serverRate.secondsLimits)
  );
}

function flawOfConnection(plan: Unplaced<ConnectionPlan>): Flaw | undefined {
  return (
    within('connectTimeoutMs', plan.connectTimeoutMs, limits.connectTimeoutMs) ??
    among('family', plan.family, [undefined, 4, 6]) ??
    flawOfBind(plan) ??
    text('token', plan.token, limits.tokenCharacters, 1) ??
    flawOfHeaders(plan) ??
    flawOfProxy(plan) ??
    flawOfSocket(plan)
  );
}

function flawOfBind({ bind }: Pick<ConnectionPlan, 'bind'>): Flaw | undefined {
  return bind === undefined || familyOf(String(bind)) ? undefined : other('bind', `'${bind}' is no IP address`);
}

/** RFC 9110, sections 5.1 and 5.5. What they say is not told. */
function flawOfHeaders({ headers }: Pick<ConnectionPlan, 'headers'>): Flaw | undefined {
  const isHeader = ([name, value]: readonly unknown[]) =>
    isText(name) && /^[!#$%&'*+\-.^_`|~\w]+$/.test(name) && isText(value) && /^[\t -~\x80-\xff]*$/.test(value);
  if (Array.isArray(headers) && headers.every((each) => Array.isArray(each) && isHeader(each))) return undefined;
  return other('headers', 'are no list of [name, value] that HTTP can carry');
}

function flawOfProxy({ proxy }: Pick<ConnectionPlan, 'proxy'>): Flaw | undefined {
  const flaw = proxy === undefined ? undefined : flawOfProxyUrl(String(proxy));
  return flaw && other('proxy', flaw.join(': '));
}

function flawOfSocket(plan: Pick<ConnectionPlan, 'socket' | 'proxy'>): Flaw | undefined {
  const { nameCharacters, windowBytes, tos, mssBytes, localPort } = limits.socket;
  const { congestion, device } = plan.socket ?? {};
  const name = new RegExp(`^[!-.0-~]{1,${nameCharacters}}$`);
  const rule = `is not a name of up to ${nameCharacters} characters`;
  const cut = cutByProxy(plan);
  return (
    flawOfMembers('socket.', plan.socket, { windowBytes, tos, mssBytes, localPort }) ??
    form('socket.congestion', congestion, name, rule) ??
    form('socket.device', device, name, rule) ??
    (cut && other(`socket.${cut}`, 'is for one connection from end to end, and a proxy makes two of it'))
  );
}

/** What a module carries is known once it is loaded. */
function flawOfProto({ proto, mode }: Unplaced<ClientPlan>): Flaw | undefined {
  if (proto === undefined) return undefined;
  if (typeof proto.settings !== 'object') return other('proto.settings', 'is no object of numbers: write {} for none');
  if (isModulePath(proto.name)) return undefined;
  const unknown = among('proto.name', proto.name, carried);
  if (unknown) return unknown;
  const [takes, gets] = packetProtos.includes(proto.name) ? ['packets', 'datagram'] : ['bytes', 'throughput'];
  return mode === gets ? undefined : other('proto.name', `${proto.name} carries ${takes}: mode must be ${gets}`);
}

/** Its servers simulate nothing, keep whole seconds, and are spoken to by TCP and UDP alone. */
function flawOfIperf3({ iperf3, proto, simulation, omitSeconds }: Unplaced<ClientPlan>): Flaw | undefined {
  if (!iperf3) return undefined;
  if (proto) return exclusive('iperf3', 'proto');
  if (simulation) return exclusive('iperf3', 'simulation');
  return whole('omitSeconds', omitSeconds, limits.omitSeconds);
}

/** What else carries load is never cut. */
function flawOfFragments({ socket, proto, iperf3, mode }: Unplaced<ClientPlan>): Flaw | undefined {
  const isOfPackets = mode === 'datagram' && (iperf3 !== undefined || packetProtos.includes(proto?.name ?? ''));
  if (!socket?.dontFragment || isOfPackets) return undefined;
  return other('socket.dontFragment', 'is for packets of the network: proto udp, or iperf3 with mode datagram');
}

/** Each stream has a local port of its own. */
function flawOfPorts(plan: Unplaced<ClientPlan>): Flaw | undefined {
  return lacksPorts(plan) ? other('socket.localPort', `leaves no ports for ${plan.streams} streams`) : undefined;
}

function flawOfSilence(seconds: number = limits.silenceSeconds.min): Flaw | undefined {
  return within('silenceSeconds', seconds, limits.silenceSeconds);
}

function flawOfInterval({ intervalSeconds }: { readonly intervalSeconds: number }): Flaw | undefined {
  return intervalSeconds === 0 ? undefined : within('intervalSeconds', intervalSeconds, limits.intervalSeconds);
}

/** Each stream has a byte at least. */
function flawOfBytes({ bytes, streams, omitSeconds }: TestPlan): Flaw | undefined {
  if (bytes === undefined) return undefined;
  const range = whole('bytes', bytes, { min: streams, max: limits.bytes.max });
  return range ?? (omitSeconds > 0 ? exclusive('bytes', 'omitSeconds') : undefined);
}

function flawOfSimulation(simulation: SimulationPlan | undefined): Flaw | undefined {
  const { bufferBytes, ...ranges } = limits.simulation;
  const rules = { ...ranges, sndbufBytes: bufferBytes, rcvbufBytes: bufferBytes };
  return flawOfMembers('simulation.', simulation, rules, ['latencyMs', 'jitterMs', 'lossPercent']);
}
