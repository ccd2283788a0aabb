/** Between the figures of wperf's streams and those that iperf3's two ends tell each other. Pure. */
import { given } from '../../../given.js';
import type { Span } from '../../../measure/span.js';
import type { FarResult } from '../../../modes/load/stream/talk.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { Results, StreamResults } from '../wire/results.js';
import { toldPackets } from '../wire/told-packets.js';

/** The numbers of one stream's connections: one each way, or one alone. */
export interface StreamNumbers {
  readonly sends?: number;
  readonly receives?: number;
}

/** What one stream came to at this end. */
export interface OwnResult {
  readonly numbers: StreamNumbers;
  readonly result: MessageOf<'result'>;
  readonly sentPackets: number;
}

export function ownResults(own: readonly OwnResult[], { mode, blockBytes, direction }: TestPlan): Results {
  const [first] = own;
  const cpu = first?.result.cpu ?? { total: 0, user: 0, system: 0 };
  const knowsRetransmits = own.some(({ result }) => result.tcp !== undefined);
  const sending = own.flatMap((each) => sentOf(each, mode === 'datagram' ? blockBytes : undefined));
  const congestion = mode === 'throughput' ? first?.result.congestion : undefined;
  return {
    cpu,
    senderHasRetransmits: direction === 'down' ? -1 : knowsRetransmits ? 1 : 0,
    ...given({ congestion }),
    streams: [...sending, ...own.flatMap(receivedOf)].sort((a, b) => a.id - b.id),
  };
}

/** Numbers run on through the beginning left out, which its bytes leave out. */
function sentOf({ numbers, result, sentPackets }: OwnResult, packetBytes: number | undefined): StreamResults[] {
  if (numbers.sends === undefined) return [];
  const { bytes = 0, start = 0, end = 0 } = result.sent ?? {};
  const counted = packetBytes === undefined ? 0 : Math.round(bytes / packetBytes);
  const retransmits = result.tcp?.retransmits;
  return [
    {
      ...{ id: numbers.sends, bytes, jitterSeconds: 0, errors: 0, packets: sentPackets },
      omittedPackets: Math.max(0, sentPackets - counted),
      ...{ endSeconds: end - start, ...given({ retransmits }) },
    },
  ];
}

function receivedOf({ numbers, result }: OwnResult): StreamResults[] {
  if (numbers.receives === undefined) return [];
  const { bytes = 0, start = 0, end = 0 } = result.received ?? {};
  const { jitterMs = 0, lost = 0, packets = 0 } = result.packets ?? {};
  return [
    {
      ...{ id: numbers.receives, bytes, jitterSeconds: jitterMs / 1000, errors: lost, packets },
      endSeconds: end - start,
    },
  ];
}

/** Of a test, by this end's clock. */
interface Times {
  /** From the beginning that counts. */
  readonly seconds: number;
  /** At its end, when all that this end had sent was there. */
  readonly idleSeconds: number;
}

/** What the server tells of one stream. A stream that it leaves out is told nothing of. */
export function farResult(
  results: Results,
  { sends, receives }: StreamNumbers,
  { mode, blockBytes }: TestPlan,
  times: Times,
): FarResult {
  const find = (id: number | undefined) => results.streams.find((stream) => stream.id === id);
  const [receiving, sending] = [find(sends), find(receives)];
  const retransmits = sending?.retransmits;
  return {
    cpu: results.cpu,
    ...given({
      congestion: results.congestion,
      received: receiving && spanOf(receiving, times),
      packets: mode === 'datagram' && receiving ? toldPackets(receiving, blockBytes) : undefined,
      sent: sending && spanOf(sending, { ...times, idleSeconds: 0 }),
      tcp: retransmits === undefined ? undefined : { retransmits },
      output: results.serverOutputText,
      outputJson: results.serverOutputJson,
    }),
  };
}

/** Before 3.2 no times are told. */
function spanOf({ bytes, startSeconds = 0, endSeconds = 0 }: StreamResults, { seconds, idleSeconds }: Times): Span {
  const told = endSeconds - startSeconds;
  const whole = told > 0 ? told : seconds;
  return { start: 0, end: whole > idleSeconds ? whole - idleSeconds : whole, bytes };
}
