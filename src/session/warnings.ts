/** Doubts about a test's figures, in whole sentences. Pure. */
import type { StreamResult } from '../events.js';
import type { ThroughputOutcome } from '../modes/throughput.js';
import type { Role } from './results.js';

/** An event loop busier than this had little time to wait for the network. */
const SATURATED = 0.9;

export function warningsOf(
  role: Role,
  results: readonly StreamResult[],
  outcomes: readonly ThroughputOutcome[],
): string[] {
  const far = role === 'client' ? 'server' : 'client';
  const busy = outcomes[0]?.usage.busy ?? 0;
  const farBusy = outcomes[0]?.remote?.busy ?? 0;
  const ended = outcomes.find((outcome) => outcome.ended !== undefined)?.ended;
  return [
    ...(busy >= SATURATED ? [saturated(role, busy)] : []),
    ...(farBusy >= SATURATED ? [saturated(far, farBusy)] : []),
    ...(results.some((result) => result.received === null) ? [missing(far, "receiver's")] : []),
    ...(results.some((result) => result.sent === null) ? [missing(far, "sender's")] : []),
    ...(results.some((result) => result.partial) ? [partial(far)] : []),
    ...(ended === 'shutdown' ? [`The ${far} was stopped before the end of the test.`] : []),
  ];
}

function saturated(role: Role, busy: number): string {
  const percent = Math.round(100 * busy);
  return `The ${role} was busy ${percent} % of the time: the figures may be the machine's, not the network's.`;
}

function missing(far: Role, whose: string): string {
  return `The ${far}'s final figures did not get through in time: the ${whose} count is missing.`;
}

function partial(far: Role): string {
  return `The ${far}'s final figures did not get through in time: the receiver's count ends with its last report.`;
}
