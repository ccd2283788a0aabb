/** The last event of a test in the original's dialect: what it cannot tell is missing, and a note says why. Pure. */
import type { EndEvent } from '../../events.js';
import type { TestPlan } from '../../plan.js';
import { endEventOf } from '../../session/end-event.js';
import type { Role } from '../../session/results.js';
import { warningsOf } from '../../session/warnings.js';
import type { LegacyOutcome } from './load.js';

/** `outcomes` by stream id; at least one. */
export function legacyEndEvent(role: Role, test: TestPlan, outcomes: ReadonlyMap<number, LegacyOutcome>): EndEvent {
  const all = [...outcomes.values()];
  const end = endEventOf(role, test, outcomes);
  const early = all.some((outcome) => endedEarly(role, test, outcome));
  return {
    ...end,
    warnings: [
      ...warningsOf(role, [], all),
      ...(end.sums.some((sum) => sum.received === null) ? [missing('counted', "receiver's")] : []),
      ...(end.sums.some((sum) => sum.sent === null) ? [missing('sent', "sender's")] : []),
      ...(all.some((outcome) => outcome.cutOff)
        ? ['The client closed the connection without saying that it was done.']
        : []),
      ...(early
        ? ["The server stopped sending first: the original's server sends for as long as its own -t says."]
        : []),
    ],
  };
}

function missing(what: string, whose: string): string {
  return `The original wperf does not tell what it ${what}: the ${whose} count is missing.`;
}

/** A download that the server ended well before the client would have. */
function endedEarly(role: Role, test: TestPlan, { peerEnded, received, ended }: LegacyOutcome): boolean {
  if (role === 'server' || !peerEnded || ended !== undefined || !received) return false;
  return test.bytes === undefined ? received.end < 0.95 * test.seconds : received.bytes < test.bytes;
}
