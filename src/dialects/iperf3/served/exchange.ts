/**
 * The end of an iperf3 client's test at the server: each end tells the other what its streams came to, the client first.
 * Liveness: the wait for its results is bounded by `waits`, those for this end's by the streams themselves.
 */
import { bounds, waits } from '../../../defaults/index.js';
import { toWperfError } from '../../../errors.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { LoadLink } from '../../../transport/channel.js';
import { type Results, readResults, writeResults } from '../wire/results.js';
import { errorNumbers, states } from '../wire/states.js';
import type { Control } from './control.js';
import { farResultOf, outcomeOf, resultsOf, type ServedFigures } from './figures.js';
import type { Output } from './output.js';
import { Refusal } from './rules.js';
import type { ServerTalk } from './talk.js';

/** One stream of a test. */
export interface Member {
  /** iperf3's number. */
  readonly id: number;
  readonly test: TestPlan;
  readonly link: LoadLink;
  readonly talk: ServerTalk;
}

/** Rejects with a WperfError. */
export async function exchangeResults(
  control: Control,
  members: readonly Member[],
  output: Output | undefined,
): Promise<void> {
  for (const { test, talk } of members) if (!receivesPackets(test)) talk.put({ type: 'over' });
  control.say(states.exchangeResults);
  for (const member of members) endDownload(member);
  const far = await readFar(control, members);
  for (const { id, test, talk } of members) {
    const told = far.streams.find((stream) => stream.id === id);
    if (receivesPackets(test)) talk.put(told ? { type: 'sent', packets: told.packets } : { type: 'over' });
  }
  const own = await ownFigures(members);
  control.sayJson(writeResults(resultsOf(own, outputOf(output, own))));
  control.say(states.displayResults);
  for (const [at, figures] of own.entries()) {
    members[at]?.talk.put({ type: 'result', ...farResultOf(far, figures) });
  }
}

/** A client may be waiting for the rest of a block, and for nothing else. */
function endDownload({ test, link, talk }: Member): void {
  if (test.direction !== 'down') return;
  talk.result.then(
    () => link.end?.(),
    () => {},
  );
}

/** What this end has made of the test is told though the client tells nothing, or what cannot be. */
async function readFar({ reader }: Control, members: readonly Member[]): Promise<Results> {
  const ids = members.map(({ id }) => id);
  try {
    const told = await reader.readJson(bounds.controlBytes, waits.handshakeStepSeconds, 'its results');
    return readResults(told, ids);
  } catch (thrown) {
    for (const { talk } of members) talk.put({ type: 'over' });
    await ownFigures(members);
    const error = toWperfError(thrown);
    if (error.code !== 'protocol-violation') throw error;
    const { unknownStream, badResults } = errorNumbers;
    throw new Refusal(/is unknown$/.test(error.message) ? unknownStream : badResults, error);
  }
}

function ownFigures(members: readonly Member[]): Promise<ServedFigures[]> {
  return Promise.all(
    members.map(async ({ id, test, talk }) => {
      const word = await talk.result;
      return { id, test, word, omitted: talk.omitted, sentPackets: talk.sentPackets };
    }),
  );
}

function outputOf(output: Output | undefined, own: readonly ServedFigures[]) {
  const outcomes = new Map(own.map((figures, at) => [at + 1, outcomeOf(figures)]));
  const directions = new Map(own.map(({ test }, at) => [at + 1, test.direction]));
  return output?.finish(outcomes, directions) ?? {};
}

function receivesPackets({ mode, direction }: TestPlan): boolean {
  return mode === 'datagram' && direction === 'up';
}
