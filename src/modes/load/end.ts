/** The last event of a test that ran, from the outcome of each of its streams. Pure; the same at both ends. */
import type { EndEvent, SimulationReport, StreamResult } from '../../events/load.js';
import { given } from '../../given.js';
import type { StatisticColumn } from '../../measure/statistics.js';
import type { TestPlan } from '../../plan/plan.js';
import { withLoss } from '../simulation.js';
import { type Role, type StreamDirections, streamResults, sumResults } from './results.js';
import type { StreamOutcome } from './stream/figures.js';
import { missingFigures, warningsOf } from './warnings.js';

export interface EndOptions {
  /** As the start told it. */
  readonly simulation?: SimulationReport;
  readonly columns?: readonly StatisticColumn[] | undefined;
  readonly directions?: StreamDirections;
  /** Doubts over figures that are not there. */
  readonly missing?: (streams: readonly StreamResult[], outcomes: readonly StreamOutcome[]) => string[];
}

/** `outcomes` by stream id; at least one. */
export function endEventOf(
  role: Role,
  test: TestPlan,
  outcomes: ReadonlyMap<number, StreamOutcome>,
  { simulation, columns, directions, missing = (streams) => missingFigures(role, streams) }: EndOptions = {},
): EndEvent {
  const [first] = outcomes.values();
  if (first === undefined) throw new Error('a test without streams');
  const all = [...outcomes.values()];
  const streams = streamResults(role, test, outcomes, directions);
  const serverOutputJson = all.map((outcome) => outcome.remote?.outputJson).find((json) => json !== undefined);
  const outputs = all.flatMap((outcome) => outcome.remote?.output ?? []);
  return {
    type: 'end',
    streams,
    sums: sumResults(streams, columns),
    cpu: { local: first.usage.cpu, remote: first.remote?.cpu ?? null },
    congestion: congestionOf(role, test, first),
    interrupted: all.some((outcome) => outcome.ended !== undefined),
    warnings: [...warningsOf(role, test, streams, all), ...missing(streams, all)],
    ...(simulation && { simulation: withLoss(simulation, all) }),
    ...(outputs.length > 0 && { serverOutput: outputs.join('\n') }),
    ...given({ serverOutputJson }),
  };
}

/** In a bidirectional test both ends send: the sender named is the client, as in iperf3. */
function congestionOf(role: Role, test: TestPlan, outcome: StreamOutcome): NonNullable<EndEvent['congestion']> {
  const own = outcome.congestion;
  const far = outcome.remote?.congestion;
  const ownSends = (test.direction !== 'down') === (role === 'client');
  const sender = ownSends ? own : far;
  const receiver = ownSends ? far : own;
  return { ...(sender !== undefined && { sender }), ...(receiver !== undefined && { receiver }) };
}
