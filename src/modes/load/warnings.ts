/** Doubts about a test's figures, in whole sentences. Pure. */
import type { StreamResult } from '../../events/load.js';
import type { TestPlan } from '../../plan/plan.js';
import type { Role } from './results.js';
import type { StreamOutcome } from './stream/figures.js';

/** An event loop busier than this had little time to wait for the network. */
const SATURATED = 0.9;

/** What a rate was asked for. */
type PacedTest = Pick<TestPlan, 'mode' | 'blockBytes' | 'bitsPerSecond'>;

export function warningsOf(
  role: Role,
  test: PacedTest,
  results: readonly StreamResult[],
  outcomes: readonly StreamOutcome[],
): string[] {
  const far = otherOf(role);
  const ended = outcomes.find((outcome) => outcome.ended !== undefined)?.ended;
  const stalled = longestOf('stalledSeconds', role, outcomes);
  const seconds = Math.max(0, ...results.flatMap(({ sent, received }) => [sent?.end ?? 0, received?.end ?? 0]));
  const busy = busyBeside(stalled[role], seconds, outcomes[0]?.usage.busy ?? 0);
  const farBusy = busyBeside(stalled[far], seconds, outcomes[0]?.remote?.busy ?? 0);
  return [
    ...[role, far].flatMap((end) => (stalled[end] > 0 ? [stoodStill(end, stalled[end])] : [])),
    ...(busy >= SATURATED ? [saturated(role, busy)] : []),
    ...(farBusy >= SATURATED ? [saturated(far, farBusy)] : []),
    ...pacingWarnings(role, test, results, outcomes),
    ...refusalWarnings(role, outcomes),
    ...(ended === 'shutdown' ? ['The server was stopped before the end of the test.'] : []),
  ];
}

/** Of the far side's figures, which did not come in time. */
export function missingFigures(role: Role, results: readonly StreamResult[]): string[] {
  const far = role === 'client' ? 'server' : 'client';
  return [
    ...(results.some((result) => result.received === null) ? [missing(far, "receiver's")] : []),
    ...(results.some((result) => result.sent === null) ? [missing(far, "sender's")] : []),
    ...(results.some((result) => result.partial) ? [partial(far)] : []),
  ];
}

/** Of pings beside a load. */
export const unansweredPings = 'Pings were not answered any more: the path or the server may have failed.';

/** Of packets that senders left out, and of time that they lost: a line a direction, however many streams there are. */
export function pacingWarnings(
  role: Role,
  test: PacedTest,
  results: readonly StreamResult[],
  outcomes: readonly StreamOutcome[] = [],
): string[] {
  const stalled = longestOf('stalledSeconds', role, outcomes);
  const unread = longestOf('unreadSeconds', role, outcomes);
  return (['up', 'down'] as const).flatMap((direction) => {
    const streams = results.filter((result) => result.direction === direction);
    const sender = direction === 'up' ? 'client' : 'server';
    const receiver = otherOf(sender);
    const skipped = ({ pacing }: StreamResult) => (test.mode === 'datagram' ? (pacing?.skipped ?? 0) : 0);
    const lateSeconds = ({ pacing }: StreamResult) => pacing?.lateSeconds ?? 0;
    const malformed = ({ packets }: StreamResult) => packets?.malformed ?? 0;
    const dropped = ({ packets }: StreamResult) => packets?.socketDrops ?? 0;
    return [
      ...about(streams, skipped, (packets) => {
        const skippedSeconds = (Math.max(...packets) * 8 * test.blockBytes) / test.bitsPerSecond;
        // Real datagrams, whose sockets count drops, leave the sender whatever the receiver does.
        const areReal = streams.some(({ packets }) => packets?.socketDrops !== undefined);
        const [stalledSeconds, unreadSeconds] = areReal ? [0, 0] : [stalled[receiver], unread[sender]];
        return `${whyHeld(skippedSeconds, receiver, { stalledSeconds, unreadSeconds })}; the sender skipped ${sum(packets)} packets.`;
      }),
      ...about(streams, lateSeconds, (seconds) => {
        return `the ${sender} fell ${shortTime(Math.max(...seconds))} behind the rate asked for.`;
      }),
      ...about(streams, dropped, (packets) => {
        return `${sum(packets)} packets found no room in the ${receiver}'s socket: that end lost them, not the path (-w gives room).`;
      }),
      ...about(streams, malformed, (packets) => `${sum(packets)} packets were malformed and are in no other figure.`),
    ];
  });
}

/** How long a receiver did not run, by its own word, and left what reached it unread, by that of the sender's kernel. */
interface Idleness {
  readonly stalledSeconds: number;
  readonly unreadSeconds: number;
}

/** Of datagrams that never left the end that was to send them. */
export function refusalWarnings(role: Role, outcomes: readonly StreamOutcome[]): string[] {
  return ([role, otherOf(role)] as const).flatMap((end) => {
    const refused = sum(outcomes.map((each) => (end === role ? each : each.remote)?.refusedDatagrams ?? 0));
    const why = 'as a firewall of its own or an interface that is down has it do';
    return refused === 0
      ? []
      : [`The system of the ${end} refused to send ${refused} datagrams, ${why}: that end lost them, not the path.`];
  });
}

/** What the connection took too little for: it is not the path while what was skipped fits into the time of the receiver's own. */
function whyHeld(skippedSeconds: number, receiver: Role, { stalledSeconds, unreadSeconds }: Idleness): string {
  const idleSeconds = stalledSeconds || unreadSeconds;
  if (idleSeconds === 0) return 'the path took less than was asked';
  const what = stalledSeconds > 0 ? 'took nothing while it stood still' : idled(unreadSeconds);
  if (skippedSeconds <= idleSeconds) return `the ${receiver} ${what}`;
  return `the ${receiver} ${what}, and the path less than was asked besides`;
}

function idled(seconds: number): string {
  return `took nothing for ${shortTime(seconds)} of what had reached it`;
}

/** The longest that any stream of an end saw; streams of one end share a process. */
function longestOf(
  figure: 'stalledSeconds' | 'unreadSeconds',
  role: Role,
  outcomes: readonly StreamOutcome[],
): Readonly<Record<Role, number>> {
  const own = Math.max(0, ...outcomes.map((outcome) => outcome[figure] ?? 0));
  const far = Math.max(0, ...outcomes.map((outcome) => outcome.remote?.[figure] ?? 0));
  return role === 'client' ? { client: own, server: far } : { client: far, server: own };
}

function otherOf(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}

/** One line on those of the streams, all of one direction, that have any of an amount. */
function about(
  streams: readonly StreamResult[],
  amountOf: (stream: StreamResult) => number,
  text: (amounts: readonly number[]) => string,
): string[] {
  const [first, ...others] = streams.filter((stream) => amountOf(stream) > 0);
  if (!first) return [];
  const which = others.length === 0 ? `Stream ${first.id}` : `${1 + others.length} of ${streams.length} streams`;
  return [`${which}, ${first.direction}: ${text([first, ...others].map(amountOf))}`];
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function shortTime(seconds: number): string {
  return seconds < 1 ? `${Math.ceil(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

function stoodStill(role: Role, seconds: number): string {
  return `The ${role} stood still for ${shortTime(seconds)}: what is missing of that time is not the path's doing.`;
}

/** An event loop that was stopped at its work seems to have worked all the while. */
function busyBeside(stalledSeconds: number, seconds: number, busy: number): number {
  return stalledSeconds < seconds ? (busy * seconds - stalledSeconds) / (seconds - stalledSeconds) : busy;
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
