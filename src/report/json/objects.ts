/**
 * The objects of the JSON report: iperf3's keys with its types and units (bytes, seconds, bits a second, round trips in
 * microseconds), the original wperf's `test_parameters`, and keys of our own beside them. docs/report.schema.json
 * describes each.
 */
import type {
  EndEvent,
  IntervalEvent,
  IntervalSum,
  StartEvent,
  StreamInterval,
  StreamResult,
} from '../../events/load.js';
import { given } from '../../given.js';
import type { FailedCheck } from '../../measure/checks.js';
import { bitsPerSecond, type Span } from '../../measure/span.js';
import type { CpuUse } from '../../measure/usage.js';
import { mayEndByTime } from '../../plan/length.js';
import type { Direction, TestDirection, TestPlan } from '../../plan/plan.js';
import { isOpenEnded } from '../text/load/describe.js';
import { isAsked } from '../text/load/socket.js';
import { acceptedObject, connectedObject, type Identity, programObject, timestampObject } from './common.js';
import { latencyReportObject } from './latency.js';
import { packetsObject, sentPacketsObject, streamPacketsObject } from './packets.js';
import { simulationObject } from './simulation.js';
import { bufferFields, socketObject } from './socket.js';

type Json = Record<string, unknown>;

/** The start of a test that failed before it began. */
export function identityObject(identity: Identity): Json {
  return { connected: [], ...programObject(identity) };
}

export function startObject(start: StartEvent, identity: Identity): Json {
  const { test, peer, rtt, mss, socket } = start;
  const { mssBytes } = socket.asked;
  const sends = start.role === 'client' ? test.direction !== 'down' : test.direction !== 'up';
  return {
    connected: start.streams.map(connectedObject),
    ...programObject(identity),
    timestamp: timestampObject(start.wallMs),
    ...(start.role === 'client' ? { connecting_to: peer } : { accepted_connection: acceptedObject(peer) }),
    cookie: start.session,
    ...(mssBytes !== undefined ? { tcp_mss: mssBytes } : mss !== undefined && { tcp_mss_default: mss }),
    ...bufferFields(socket),
    target_bitrate: test.bitsPerSecond,
    fq_rate: 0,
    test_start: testStartObject(start),
    test_parameters: testParametersObject(start),
    transport: start.transport,
    ...(start.packets !== undefined && { packets: start.packets }),
    ...(start.probed && { longest_datagram: { up: start.probed.upBytes, down: start.probed.downBytes } }),
    ...(start.columns && { statistics_columns: start.columns }),
    secure: start.secure,
    ...(start.proxy !== undefined && { proxy: start.proxy }),
    role: start.role,
    sending: sends,
    peer_software: start.peerSoftware,
    ...(start.dialect !== undefined && { dialect: start.dialect }),
    ...(start.simulation && { simulation: simulationObject(start.simulation) }),
    ...(start.readers && { readers: start.readers }),
    ...(isAsked(socket) && { socket_options: socketObject(socket) }),
    ...(rtt && { rtt_ms: { samples: rtt.samples, min: rtt.minMs, avg: rtt.avgMs, max: rtt.maxMs } }),
  };
}

/** As iperf3 has it. */
function testStartObject(start: StartEvent): Json {
  const { test, socket } = start;
  return {
    protocol: test.mode === 'datagram' ? 'UDP' : 'TCP',
    num_streams: test.streams,
    blksize: test.blockBytes,
    omit: test.omitSeconds,
    duration: mayEndByTime(test) && !isOpenEnded(start) ? test.seconds : 0,
    bytes: test.bytes ?? 0,
    blocks: 0,
    reverse: test.direction === 'down' ? 1 : 0,
    tos: socket.asked.tos ?? 0,
    target_bitrate: test.bitsPerSecond,
    bidir: test.direction === 'bidir' ? 1 : 0,
    fqrate: 0,
    interval: test.intervalSeconds,
  };
}

/** As the original wperf has it. */
function testParametersObject(start: StartEvent): Json {
  const { test } = start;
  return {
    time: isOpenEnded(start) ? null : isUntilInterrupted(test) ? 0 : test.seconds,
    bytes: test.bytes ?? null,
    parallel: test.streams,
    reverse: test.direction === 'down',
    bidir: test.direction === 'bidir',
    interval: test.intervalSeconds,
  };
}

function isUntilInterrupted(test: TestPlan): boolean {
  return test.bytes === undefined && !mayEndByTime(test);
}

/** A sum is absent while a stream's report is late: each is named by its direction, not by its place. */
export function intervalObject({ streams, sums }: IntervalEvent, direction: TestDirection | undefined): Json {
  return {
    streams: streams.map(streamIntervalObject),
    ...Object.fromEntries(
      sums.map((sum) => [`sum${suffixOf(sum.direction, direction === 'bidir')}`, sumIntervalObject(sum)]),
    ),
  };
}

function streamIntervalObject(interval: StreamInterval): Json {
  const { id, tcp, packets, statistics, omitted, sender, senderCount, sentPackets, ...span } = interval;
  return {
    socket: id,
    ...spanObject(span),
    ...(packets ? packetsObject(packets) : given({ packets: sentPackets })),
    ...(tcp && {
      retransmits: tcp.retransmits,
      snd_cwnd: tcp.cwndBytes,
      snd_wnd: tcp.sndWndBytes,
      rtt: tcp.rttUs,
      rttvar: tcp.rttVarUs,
      pmtu: tcp.pathMtu,
      reorder: tcp.reorder,
    }),
    ...(statistics && { statistics }),
    omitted,
    sender,
    ...(senderCount && { sender_count: true }),
  };
}

function sumIntervalObject(sum: IntervalSum): Json {
  const { omitted, sender, senderCount, sentPackets, packets, retransmits, statistics, ...span } = sum;
  return {
    ...spanObject(span),
    ...(packets ? packetsObject(packets) : given({ packets: sentPackets })),
    ...given({ retransmits, statistics }),
    omitted,
    sender,
    ...(senderCount && { sender_count: true }),
  };
}

/** `seconds` and the rate are those of the bytes: what a reader computes again comes out the same. */
function spanObject(span: Span): Json {
  const { start, end, bytes } = span;
  return { start, end, seconds: end - start, bytes, bits_per_second: bitsPerSecond(span) };
}

const missingObject = { start: null, end: null, seconds: null, bytes: null, bits_per_second: null, missing: true };

function totalObject(span: Span | null): Json {
  return span ? spanObject(span) : missingObject;
}

/** `start` tells which kind of test ended. `withTrips` tells round trips one by one. */
export function endObject(end: EndEvent, start: StartEvent | undefined, withTrips = false): Json {
  const { cpu, congestion } = end;
  return {
    ...(start?.test.mode === 'datagram' ? datagramTotals(end, start.test.blockBytes) : throughputTotals(end)),
    cpu_utilization_percent: { ...cpuObject('host', cpu.local), ...cpuObject('remote', cpu.remote) },
    ...(congestion?.sender !== undefined && { sender_tcp_congestion: congestion.sender }),
    ...(congestion?.receiver !== undefined && { receiver_tcp_congestion: congestion.receiver }),
    ...(end.latency && { latency: latencyReportObject(end.latency, withTrips) }),
    ...(end.simulation && { simulation: simulationObject(end.simulation) }),
    interrupted: end.interrupted,
    warnings: end.warnings,
    ...(end.failedChecks && { failed_checks: end.failedChecks.map(failedCheckObject) }),
  };
}

/** As in iperf3: an object of a server that writes JSON itself, or the text that it writes. */
export function serverOutputFields({ serverOutput, serverOutputJson }: EndEvent): Json {
  return given({ server_output_text: serverOutput, server_output_json: serverOutputJson });
}

function failedCheckObject({ check, direction, figure, bound }: FailedCheck): Json {
  return { check, direction, figure, bound, unit: checkUnits[check] };
}

const checkUnits = { rate: 'bits_per_second', latency: 'ms', loss: 'percent' } as const;

function throughputTotals({ streams, sums }: EndEvent): Json {
  return {
    streams: streams.map(streamResultObject),
    ...Object.fromEntries(sums.flatMap((sum) => sumResultEntries(sum, sums.length > 1))),
  };
}

function datagramTotals({ streams, sums }: EndEvent, packetBytes: number): Json {
  return {
    streams: streams.map((stream) => ({ udp: datagramResultObject(stream) })),
    ...Object.fromEntries(sums.flatMap((sum) => datagramSumEntries(sum, sums.length > 1, packetBytes))),
  };
}

function datagramResultObject(stream: StreamResult): Json {
  const { id, sender, received, partial, statistics } = stream;
  const totals = { ...totalObject(received), ...streamPacketsObject(stream) };
  return { socket: id, ...totals, ...given({ statistics }), ...(partial && { partial }), sender };
}

function datagramSumEntries(sum: EndEvent['sums'][number], bidir: boolean, packetBytes: number): [string, Json][] {
  const { direction, sender, sent, received, partial } = sum;
  const suffix = suffixOf(direction, bidir);
  const whole = { ...totalObject(received), ...packetsObject(sum.packets), ...(partial && { partial }), sender };
  return [
    [`sum${suffix}`, whole],
    [`sum_sent${suffix}`, { ...totalObject(sent), ...sentPacketsObject(sum, packetBytes), sender }],
    [`sum_received${suffix}`, whole],
  ];
}

function streamResultObject({ id, sender, sent, received, partial, tcp, statistics }: StreamResult): Json {
  return {
    sender: {
      socket: id,
      ...totalObject(sent),
      ...(tcp && {
        retransmits: tcp.retransmits,
        reorder: tcp.reorder,
        max_snd_cwnd: tcp.maxCwndBytes,
        max_snd_wnd: tcp.maxSndWndBytes,
        max_rtt: tcp.maxRttUs,
        min_rtt: tcp.minRttUs,
        mean_rtt: tcp.meanRttUs,
      }),
      ...given({ statistics }),
      sender,
    },
    receiver: { socket: id, ...totalObject(received), ...(partial && { partial }), sender },
  };
}

/** As in iperf3, the plain names are those of the only direction, or of client to server. */
function suffixOf(direction: Direction, bidir: boolean): '' | '_bidir_reverse' {
  return bidir && direction === 'down' ? '_bidir_reverse' : '';
}

function sumResultEntries(sum: EndEvent['sums'][number], bidir: boolean): [string, Json][] {
  const { direction, sender, sent, received, partial, retransmits, statistics } = sum;
  const suffix = suffixOf(direction, bidir);
  return [
    [`sum_sent${suffix}`, { ...totalObject(sent), ...given({ retransmits, statistics }), sender }],
    [`sum_received${suffix}`, { ...totalObject(received), ...(partial && { partial }), sender }],
  ];
}

function cpuObject(end: 'host' | 'remote', use: CpuUse | null): Json {
  return {
    [`${end}_total`]: use?.total ?? null,
    [`${end}_user`]: use?.user ?? null,
    [`${end}_system`]: use?.system ?? null,
  };
}
