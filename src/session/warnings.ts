/** Doubts about a test's figures, in whole sentences. Pure. */
import type { StreamResult } from '../events.js';
import type { StreamOutcome } from '../modes/stream.js';
import type { Role } from './results.js';

/** An event loop busier than this had little time to wait for the network. */
const SATURATED = 0.9;

export function warningsOf(role: Role, results: readonly StreamResult[], outcomes: readonly StreamOutcome[]): string[] {
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
    ...pacingWarnings(role, results),
    ...(ended === 'shutdown' ? [`The ${far} was stopped before the end of the test.`] : []),
  ];
}

/** Of packets that the sender left out, and of time that it lost. */
export function pacingWarnings(role: Role, results: readonly StreamResult[]): string[] {
  return results.flatMap(({ id, direction, packets, pacing }) => {
    const sender = (direction === 'up') === (role === 'client') ? role : role === 'client' ? 'server' : 'client';
    const stream = `Stream ${id}, ${direction}`;
    const skipped = packets && pacing && pacing.skipped > 0;
    const late = pacing !== undefined && pacing.lateSeconds > 0;
    const malformed = packets?.malformed ?? 0;
    return [
      ...(skipped
        ? [`${stream}: the path took less than was asked; the sender skipped ${pacing.skipped} packets.`]
        : []),
      ...(late ? [`${stream}: the ${sender} fell ${pacing.lateSeconds.toFixed(1)} s behind the rate asked for.`] : []),
      ...(malformed > 0 ? [`${stream}: ${malformed} packets were malformed and are in no other figure.`] : []),
    ];
  });
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
