/** Where a running test is, four times a second, from this end's own counters. Liveness: goes on until it is stopped. */
import type { TestEvent } from '../../events/load.js';
import { given } from '../../given.js';
import type { Cancel, Clock } from '../../host/clock.js';
import type { Direction, TestPlan } from '../../plan/plan.js';
import { directionOf, directionsOf, type Role } from './results.js';
import type { LiveCounts } from './stream/figures.js';
import type { StreamRun } from './stream/stream.js';

const PERIOD_SECONDS = 0.25;

interface ProgressOptions {
  readonly role: Role;
  readonly test: TestPlan;
  readonly runs: readonly Pick<StreamRun, 'counts'>[];
  readonly clock: Clock;
  readonly emit: (event: TestEvent) => void;
  /** Round trips under load, where they are measured. */
  readonly latencyMs?: () => number | undefined;
}

interface Moment extends LiveCounts {
  readonly at: number;
}

/** Tells from now on; what is returned ends it. */
export function startProgressMeter(options: ProgressOptions): Cancel {
  const { clock, emit } = options;
  const start = momentOf(options);
  let last = start;
  let cancel: Cancel = () => {};
  const arm = () => {
    cancel = clock.at(last.at + PERIOD_SECONDS, () => {
      const now = momentOf(options);
      emit(progressOf(options, { start, last, now }));
      last = now;
      arm();
    });
  };
  arm();
  return () => cancel();
}

function momentOf({ clock, runs }: ProgressOptions): Moment {
  const counts = runs.map((run) => run.counts());
  return {
    at: clock.now(),
    sentBytes: counts.reduce((sum, count) => sum + count.sentBytes, 0),
    receivedBytes: counts.reduce((sum, count) => sum + count.receivedBytes, 0),
  };
}

function progressOf(
  { role, test, latencyMs = () => undefined }: ProgressOptions,
  { start, last, now }: Readonly<Record<'start' | 'last' | 'now', Moment>>,
): TestEvent {
  const bytesOf = (moment: Moment, direction: Direction) =>
    directionOf(role, true) === direction ? moment.sentBytes : moment.receivedBytes;
  const directions = directionsOf(test);
  const seconds = now.at - start.at;
  const bytes = Math.min(...directions.map((direction) => bytesOf(now, direction)));
  const done = Math.max(seconds / (test.omitSeconds + test.seconds), test.bytes === undefined ? 0 : bytes / test.bytes);
  const rates = directions.map((direction) => ({
    direction,
    bitsPerSecond: (8 * (bytesOf(now, direction) - bytesOf(last, direction))) / (now.at - last.at),
  }));
  return { type: 'progress', seconds, fraction: Math.min(1, done), rates, ...given({ latencyMs: latencyMs() }) };
}
