/** The rules that a plan must keep. Each end of a test, and each way to ask for one, checks by these. */
import { blockLimits, limits, serverRate } from '../defaults/index.js';
import type { Unplaced } from './complete.js';
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

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A rule that is broken, by the names of the plan's members. */
export type Flaw =
  | {
      readonly kind: 'range';
      readonly field: string;
      readonly value: number;
      readonly range: Range;
      readonly whole: boolean;
    }
  | { readonly kind: 'exclusive'; readonly fields: readonly [string, string]; readonly why?: string }
  /** Whole words behind the member's name. */
  | { readonly kind: 'other'; readonly field: string; readonly rule: string };

/** The first rule broken, for who reads the plan's members by name. */
export function flawText(flaw: Flaw): string {
  if (flaw.kind === 'range') {
    const { field, value, whole, range } = flaw;
    return `${field} ${value} is not a ${whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`;
  }
  if (flaw.kind === 'other') return `${flaw.field} ${flaw.rule}`;
  const [first, second] = flaw.fields;
  return `${first} and ${second} exclude each other${flaw.why === undefined ? '' : `: ${flaw.why}`}`;
}

export function flawOfLoad(plan: Unplaced<ClientPlan>): Flaw | undefined {
  return (
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
    flawOfSimulation(plan.simulation) ??
    flawOfConnection(plan) ??
    flawOfInterval(plan)
  );
}

export function flawOfRouteBack({ trace, ...way }: Unplaced<ReverseTracePlan>): Flaw | undefined {
  return flawOfConnection(way) ?? flawOfTrace(trace);
}

export function flawOfTrace({ maxHops, firstHop, queries, timeoutSeconds }: TraceWish): Flaw | undefined {
  return (
    whole('maxHops', maxHops, limits.traceHops) ??
    whole('firstHop', firstHop, { min: limits.traceHops.min, max: maxHops }) ??
    whole('queries', queries, limits.traceQueries) ??
    within('timeoutSeconds', timeoutSeconds, limits.traceTimeoutSeconds)
  );
}

/** Whom a client can connect to: port 0 is for servers, which take any free one. */
export function flawOfTarget({ port }: Target): Flaw | undefined {
  return whole('port', port, { min: 1, max: limits.port.max });
}

export function flawOfServer(plan: Pick<ServerPlan, 'port' | 'silenceSeconds' | 'rate' | 'iperf3'>): Flaw | undefined {
  const { port, silenceSeconds, iperf3: { port: own = limits.port.max } = {} } = plan;
  const ownPort = whole('iperf3.port', own, { min: 1, max: limits.port.max });
  return whole('port', port, limits.port) ?? ownPort ?? flawOfSilence(silenceSeconds) ?? flawOfRate(plan.rate);
}

function flawOfRate(rate: ServerPlan['rate']): Flaw | undefined {
  if (!rate) return undefined;
  const { bitsPerSecond, seconds } = rate;
  return (
    within('rate.bitsPerSecond', bitsPerSecond, serverRate.bitsPerSecond) ??
    within('rate.seconds', seconds, serverRate.secondsLimits)
  );
}

function flawOfConnection(plan: Pick<ConnectionPlan, 'connectTimeoutMs' | 'socket' | 'proxy'>): Flaw | undefined {
  return (
    within('connectTimeoutMs', plan.connectTimeoutMs, limits.connectTimeoutMs) ??
    flawOfProxy(plan) ??
    flawOfSocket(plan)
  );
}

function flawOfProxy({ proxy }: Pick<ConnectionPlan, 'proxy'>): Flaw | undefined {
  const flaw = proxy === undefined ? undefined : flawOfProxyUrl(proxy);
  return flaw && other('proxy', flaw.join(': '));
}

function flawOfSocket(plan: Pick<ConnectionPlan, 'socket' | 'proxy'>): Flaw | undefined {
  const { nameCharacters, windowBytes, tos, mssBytes, localPort } = limits.socket;
  const ranges = { windowBytes, tos, mssBytes, localPort };
  const { socket = {} } = plan;
  const numbers = Object.entries(ranges).map(([name, range]) => {
    const value = socket[name as keyof typeof ranges];
    return value === undefined ? undefined : whole(`socket.${name}`, value, range);
  });
  const names = (['congestion', 'device'] as const).map((name) => {
    const value = socket[name];
    if (value === undefined || (/^[!-.0-~]+$/.test(value) && value.length <= nameCharacters)) return undefined;
    return other(`socket.${name}`, `'${value}' is not a name of up to ${nameCharacters} characters`);
  });
  const cut = cutByProxy(plan);
  const rule = 'is for one connection from end to end, and a proxy makes two of it';
  return [...numbers, ...names].find((flaw) => flaw !== undefined) ?? (cut && other(`socket.${cut}`, rule));
}

/** What a module carries is known once it is loaded. */
function flawOfProto({ proto, mode }: Unplaced<ClientPlan>): Flaw | undefined {
  if (proto === undefined || isModulePath(proto.name)) return undefined;
  if (!carried.includes(proto.name)) return other('proto.name', `'${proto.name}' is none of ${carried.join(', ')}`);
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

function flawOfSimulation(simulation: SimulationPlan = {}): Flaw | undefined {
  const { bufferBytes, ...ranges } = limits.simulation;
  const rules = { ...ranges, sndbufBytes: bufferBytes, rcvbufBytes: bufferBytes };
  const fractions: readonly string[] = ['latencyMs', 'jitterMs', 'lossPercent'];
  const flaws = Object.entries(rules).map(([name, range]) => {
    const value = simulation[name as keyof typeof rules];
    const check = fractions.includes(name) ? within : whole;
    return value === undefined ? undefined : check(`simulation.${name}`, value, range);
  });
  return flaws.find((flaw) => flaw !== undefined);
}

function within(field: string, value: number, range: Range): Flaw | undefined {
  return value >= range.min && value <= range.max ? undefined : { kind: 'range', field, value, range, whole: false };
}

function whole(field: string, value: number, range: Range): Flaw | undefined {
  const kept = Number.isSafeInteger(value) && within(field, value, range) === undefined;
  return kept ? undefined : { kind: 'range', field, value, range, whole: true };
}

function exclusive(first: string, second: string, why?: string): Flaw {
  return { kind: 'exclusive', fields: [first, second], ...(why !== undefined && { why }) };
}

function other(field: string, rule: string): Flaw {
  return { kind: 'other', field, rule };
}
