/** What each end of an iperf3 test tells the other of it in the end: one JSON object. Pure. */
import { stripControl, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import {
  anyNumber,
  type ForeignObject,
  integer,
  isForeignObject,
  list,
  number,
  optional,
  record,
  ShapeError,
  text,
} from '../../../protocol/shape.js';

export const resultBounds = {
  /** Of the JSON: the results of the most streams, and a server's output of a long test. */
  bytes: 16 * 1024 * 1024,
  /** Both ways of the most streams. */
  streams: 256,
  /** Of the JSON of a server's output. */
  outputLevels: 32,
} as const;

export interface StreamResults {
  /** As `ids.ts` counts. */
  readonly id: number;
  /** That this end sent, or received; without the beginning left out. */
  readonly bytes: number;
  /** Absent where this end does not send, or its system does not tell. */
  readonly retransmits?: number;
  readonly jitterSeconds: number;
  /** With those of the beginning left out, which `omittedErrors` and `omittedPackets` tell, or nobody. */
  readonly errors: number;
  readonly packets: number;
  readonly omittedErrors?: number;
  readonly omittedPackets?: number;
  /** From the end of the beginning left out on; before 3.2 nobody tells. */
  readonly startSeconds?: number;
  readonly endSeconds?: number;
}

export interface Results {
  /** Percent of one processor. */
  readonly cpu: { readonly total: number; readonly user: number; readonly system: number };
  /** -1 of an end that only receives, 1 of one that tells retransmissions, else 0. */
  readonly senderHasRetransmits: number;
  readonly congestion?: string;
  /** The server's own report, in the form that it prints. */
  readonly serverOutputJson?: ForeignObject;
  readonly serverOutputText?: string;
  readonly streams: readonly StreamResults[];
}

/** As an object to be written as JSON. */
export function writeResults(results: Results): Record<string, unknown> {
  const { cpu, senderHasRetransmits, streams } = results;
  return {
    cpu_util_total: cpu.total,
    cpu_util_user: cpu.user,
    cpu_util_system: cpu.system,
    sender_has_retransmits: senderHasRetransmits,
    ...given({
      congestion_used: results.congestion,
      server_output_json: results.serverOutputJson,
      server_output_text: results.serverOutputText,
    }),
    streams: streams.map(writeStream),
  };
}

function writeStream(stream: StreamResults): Record<string, unknown> {
  const { id, bytes, retransmits = -1, jitterSeconds, errors, packets } = stream;
  const { omittedErrors = 0, omittedPackets = 0, startSeconds = 0, endSeconds = 0 } = stream;
  return {
    ...{ id, bytes, retransmits, jitter: jitterSeconds },
    ...{ errors, omitted_errors: omittedErrors, packets, omitted_packets: omittedPackets },
    ...{ start_time: startSeconds, end_time: endSeconds },
  };
}

const count = integer(0, Number.MAX_SAFE_INTEGER);
const seconds = number(0, Number.MAX_SAFE_INTEGER);
/** Late packets that nobody had missed yet may make it negative. */
const balance = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const percent = number(-1e9, 1e9);
const streamShape = record({
  id: integer(1, Number.MAX_SAFE_INTEGER),
  bytes: count,
  /** Of -1 some versions make 2^64 - 1. */
  retransmits: anyNumber,
  jitter: seconds,
  errors: balance,
  packets: count,
  omitted_errors: optional(balance),
  omitted_packets: optional(count),
  start_time: optional(number(-1e9, Number.MAX_SAFE_INTEGER)),
  end_time: optional(number(-1e9, Number.MAX_SAFE_INTEGER)),
});

const resultsShape = record({
  cpu_util_total: percent,
  cpu_util_user: percent,
  cpu_util_system: percent,
  sender_has_retransmits: anyNumber,
  congestion_used: optional(text(64)),
  server_output_text: optional(text(resultBounds.bytes)),
  streams: list(streamShape, resultBounds.streams),
});

type WireStream = ReturnType<typeof streamShape>;

/**
 * `ids` are those that this end knows. Throws a WperfError, `protocol-violation`, for what iperf3 would not take either:
 * a figure that is not there or out of all reason, a stream that nobody knows, or one told twice.
 */
export function readResults(value: unknown, ids: readonly number[]): Results {
  const read = checked(value);
  const known = new Set(ids);
  for (const { id } of read.streams) {
    if (!known.delete(id)) throw flawed(`stream ${id} ${ids.includes(id) ? 'is told twice' : 'is unknown'}`);
  }
  const { server_output_json: outputJson } = value as { readonly server_output_json?: unknown };
  return {
    cpu: { total: read.cpu_util_total, user: read.cpu_util_user, system: read.cpu_util_system },
    senderHasRetransmits: countOf(read.sender_has_retransmits) ?? -1,
    ...given({
      congestion: read.congestion_used && stripControl(read.congestion_used),
      serverOutputJson: isForeignObject(outputJson, resultBounds.outputLevels) ? outputJson : undefined,
      serverOutputText: read.server_output_text,
    }),
    streams: read.streams.map(streamOf),
  };
}

function checked(value: unknown) {
  try {
    return resultsShape(value, '');
  } catch (error) {
    throw error instanceof ShapeError ? flawed(error.message) : error;
  }
}

/** Of the omitted figures either both are told or neither. */
function streamOf(wire: WireStream): StreamResults {
  const { id, bytes, retransmits, jitter, errors, packets, omitted_errors, omitted_packets } = wire;
  const told = omitted_errors !== undefined && omitted_packets !== undefined;
  return {
    ...{ id, bytes, errors, packets, jitterSeconds: jitter },
    ...given({
      retransmits: countOf(retransmits),
      omittedErrors: told ? omitted_errors : undefined,
      omittedPackets: told ? omitted_packets : undefined,
      startSeconds: wire.start_time,
      endSeconds: wire.end_time,
    }),
  };
}

/** Undefined of what stands for none. */
function countOf(value: number): number | undefined {
  return value >= 0 && Number.isSafeInteger(value) && value < 2 ** 32 - 1 ? value : undefined;
}

function flawed(what: string): WperfError {
  return new WperfError('protocol-violation', `the results cannot be: ${what}`, { operation: 'test' });
}
