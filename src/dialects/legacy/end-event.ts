/** The last event of a test in the original's dialect: what it cannot tell is missing, and a note says why. Pure. */
import type { EndEvent, SimulationReport, StreamResult } from '../../events/test.js';
import { endEventOf } from '../../modes/load/end.js';
import { type Role, sumResults } from '../../modes/load/results.js';
import { pacingWarnings, warningsOf } from '../../modes/load/warnings.js';
import type { TestPlan } from '../../plan/plan.js';
import type { LegacyOutcome } from './load.js';

/** `outcomes` by stream id; at least one. `simulation` as the start told it. */
export function legacyEndEvent(
  role: Role,
  test: TestPlan,
  outcomes: ReadonlyMap<number, LegacyOutcome>,
  simulation?: SimulationReport,
): EndEvent {
  const all = [...outcomes.values()];
  const end = endEventOf(role, test, outcomes, simulation);
  const streams = end.streams.map((stream) => withTold(stream, outcomes.get(stream.id)));
  return {
    ...end,
    streams,
    sums: sumResults(streams),
    warnings: [
      ...warningsOf(role, [], all),
      ...pacingWarnings(role, streams, all),
      ...missingFigures(test, streams),
      ...(all.some((outcome) => outcome.cutOff)
        ? ['The client closed the connection without saying that it was done.']
        : []),
      ...(all.some((outcome) => endedEarly(role, test, outcome))
        ? ["The server stopped sending first: the original's server sends for as long as its own -t says."]
        : []),
    ],
  };
}

function withTold(stream: StreamResult, outcome: LegacyOutcome | undefined): StreamResult {
  return outcome?.told ? { ...stream, packets: outcome.told } : stream;
}

function missingFigures(test: TestPlan, streams: readonly StreamResult[]): string[] {
  const [received, sent] = [streams.every((stream) => stream.received), streams.every((stream) => stream.sent)];
  const isTold = streams.every((stream) => stream.packets);
  return [
    ...(test.mode === 'datagram' && !isTold ? [noFigures] : []),
    ...(!received && test.mode === 'datagram' && isTold ? [lossAlone] : []),
    ...(!received && test.mode === 'throughput' ? [missing('counted', "receiver's")] : []),
    ...(sent ? [] : [missing('sent', "sender's")]),
  ];
}

const noFigures = 'The server told nothing of the packets, or what cannot be true: jitter and loss are missing.';
const lossAlone =
  "The original wperf tells the jitter and loss of packets alone: the receiver's bytes, reordering and duplicates are missing.";

function missing(what: string, whose: string): string {
  return `The original wperf does not tell what it ${what}: the ${whose} count is missing.`;
}

/** A download that the server ended well before the client would have. */
function endedEarly(role: Role, test: TestPlan, { peerEnded, received, ended }: LegacyOutcome): boolean {
  if (role === 'server' || !peerEnded || ended !== undefined || !received) return false;
  return test.bytes === undefined ? received.end < 0.95 * test.seconds : received.bytes < test.bytes;
}
