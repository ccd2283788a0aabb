/** From the engine's figures of each stream to iperf3's results, and from those of the far end back. Pure. */
import { given } from '../../../given.js';
import type { StreamOutcome } from '../../../modes/load/stream/figures.js';
import type { FarResult } from '../../../modes/load/stream/talk.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { MessageOf } from '../../../protocol/messages.js';
import type { Results, StreamResults } from '../wire/results.js';
import { toldPackets } from '../wire/told-packets.js';

export interface ServedFigures {
  /** iperf3's number of the stream. */
  readonly id: number;
  readonly test: TestPlan;
  readonly word: MessageOf<'result'>;
  /** Of what this end received, in the beginning that is left out. */
  readonly omitted: { readonly packets: number; readonly errors: number };
  /** All that this end sent. */
  readonly sentPackets: number;
}

type Output = Pick<Results, 'serverOutputJson' | 'serverOutputText'>;

/** At least one stream. */
export function resultsOf(streams: readonly ServedFigures[], output: Output): Results {
  const [first] = streams;
  if (!first) throw new Error('a test without streams');
  const sending = streams.filter(({ test }) => test.direction === 'down');
  const told = sending.some(({ word }) => word.tcp);
  const { cpu, congestion } = first.word;
  const isTcp = first.test.mode === 'throughput';
  return {
    cpu,
    senderHasRetransmits: sending.length === 0 ? -1 : told ? 1 : 0,
    ...given({ congestion: isTcp ? (congestion ?? 'unknown') : undefined }),
    ...output,
    streams: streams.map((stream) => (stream.test.direction === 'down' ? sentOf(stream) : receivedOf(stream))),
  };
}

function sentOf({ id, test, word, sentPackets }: ServedFigures): StreamResults {
  const { sent = nothing, tcp } = word;
  const isUdp = test.mode === 'datagram';
  const omitted =
    isUdp && test.omitSeconds > 0 ? Math.max(0, sentPackets - Math.round(sent.bytes / test.blockBytes)) : 0;
  return {
    ...{ id, bytes: sent.bytes, jitterSeconds: 0, errors: 0, packets: isUdp ? sentPackets : 0 },
    ...{ omittedPackets: omitted, endSeconds: sent.end },
    ...given({ retransmits: tcp?.retransmits }),
  };
}

/** What is left out stands in the counts too. */
function receivedOf({ id, word, omitted }: ServedFigures): StreamResults {
  const { received = nothing, packets } = word;
  return {
    ...{ id, bytes: received.bytes, jitterSeconds: (packets?.jitterMs ?? 0) / 1000 },
    ...{ errors: (packets?.lost ?? 0) + omitted.errors, packets: (packets?.packets ?? 0) + omitted.packets },
    ...{ omittedErrors: omitted.errors, omittedPackets: omitted.packets },
    endSeconds: received.end,
  };
}

const nothing = { start: 0, end: 0, bytes: 0 };

/** As far as this end knows it before the far end has told anything. */
export function outcomeOf({ word: { type: _, output: __, cpu, busy, ...figures } }: ServedFigures): StreamOutcome {
  return { ...figures, usage: { cpu, busy } };
}

/** Of one stream; `own` is what this end made of it. */
export function farResultOf(far: Results, { id, test, word }: ServedFigures): FarResult {
  const told = far.streams.find((stream) => stream.id === id);
  const about = { cpu: far.cpu, ...given({ congestion: far.congestion }) };
  if (!told) return about;
  const isUp = test.direction === 'up';
  const end = told.endSeconds ?? (isUp ? word.received : word.sent)?.end ?? 0;
  const span = { start: 0, end: Math.max(0, end), bytes: told.bytes };
  const tcp = told.retransmits === undefined ? undefined : { retransmits: told.retransmits };
  if (isUp) return { ...about, sent: span, ...given({ tcp }) };
  return { ...about, received: span, ...(test.mode === 'datagram' && { packets: toldPackets(told, test.blockBytes) }) };
}
