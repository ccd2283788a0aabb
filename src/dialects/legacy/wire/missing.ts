/** What a test in the original's dialect cannot tell: it is missing, and a note says why. Pure. */
import type { StreamResult } from '../../../events/load.js';
import type { Role } from '../../../modes/load/results.js';
import type { StreamOutcome } from '../../../modes/load/stream/figures.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { LegacyTalk } from './talk.js';

type Talk = Pick<LegacyTalk, 'peerEnded' | 'cutOff'>;

/** `talks` and `outcomes` by stream. */
export function missingOf(
  role: Role,
  test: TestPlan,
  talks: readonly Talk[],
): (streams: readonly StreamResult[], outcomes: readonly StreamOutcome[]) => string[] {
  return (streams, outcomes) => [
    ...missingFigures(test, streams),
    ...(talks.some((talk) => talk.cutOff) ? ['The client closed the connection without saying that it was done.'] : []),
    ...(outcomes.some((outcome, i) => endedEarly(role, test, talks[i], outcome))
      ? ["The server stopped sending first: the original's server sends for as long as its own -t says."]
      : []),
  ];
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
function endedEarly(role: Role, test: TestPlan, talk: Talk | undefined, { received, ended }: StreamOutcome): boolean {
  if (role === 'server' || !talk?.peerEnded || ended !== undefined || !received) return false;
  return received.end < 0.95 * test.seconds && (test.bytes === undefined || received.bytes < test.bytes);
}
