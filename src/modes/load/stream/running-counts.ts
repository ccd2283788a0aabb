/** Counts that run from the start of a test on, without what they had when the beginning that is left out was over. */
import { standstill } from '../../../defaults/index.js';
import { given } from '../../../given.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import type { Pacing } from '../../../measure/packets/pacing.js';

export interface RunningCounts {
  readonly pacing?: Pacing | undefined;
  /** How long this end's process did not run at all. */
  readonly stalledSeconds: number;
  /** Packets for which this end's socket had no room. */
  readonly socketDrops?: number | undefined;
  /** Datagrams that this end's system refused to send. */
  readonly refusedDatagrams?: number | undefined;
  /** How long the far end left what reached it unread. */
  readonly unreadSeconds?: number | undefined;
}

export class CountsBeyondOmitted {
  readonly #read: () => RunningCounts;
  /** Undefined while what is counted is left out. */
  #omitted: RunningCounts | undefined;

  constructor(read: () => RunningCounts) {
    this.#read = read;
  }

  /** At the start of the test. */
  begin(clock: Clock, omitSeconds: number): Cancel {
    if (omitSeconds === 0) {
      this.#omitted = { stalledSeconds: 0 };
      return () => {};
    }
    const dueAt = clock.now() + omitSeconds;
    return clock.at(dueAt, () => {
      this.#omitted = withoutLast(this.#read(), clock.now() - dueAt);
    });
  }

  get figures(): RunningCounts {
    const all = this.#read();
    return minus(all, this.#omitted ?? all);
  }
}

/** A standstill that reached beyond the beginning is left out as far as it was in it. */
function withoutLast({ pacing, ...counts }: RunningCounts, beyondSeconds: number): RunningCounts {
  if (beyondSeconds < standstill.leastSeconds) return { pacing, ...counts };
  const lateSeconds = Math.max(0, (pacing?.lateSeconds ?? 0) - beyondSeconds);
  return {
    ...counts,
    stalledSeconds: Math.max(0, counts.stalledSeconds - beyondSeconds),
    ...given({ pacing: pacing && { ...pacing, lateSeconds } }),
  };
}

function minus(all: RunningCounts, omitted: RunningCounts): RunningCounts {
  const { pacing, stalledSeconds, socketDrops, refusedDatagrams, unreadSeconds } = all;
  const { skipped = 0, lateSeconds = 0 } = omitted.pacing ?? {};
  return {
    stalledSeconds: Math.max(0, stalledSeconds - omitted.stalledSeconds),
    ...given({
      pacing: pacing && {
        skipped: pacing.skipped - skipped,
        lateSeconds: Math.max(0, pacing.lateSeconds - lateSeconds),
      },
      socketDrops: since(socketDrops, omitted.socketDrops),
      refusedDatagrams: since(refusedDatagrams, omitted.refusedDatagrams),
      unreadSeconds: since(unreadSeconds, omitted.unreadSeconds),
    }),
  };
}

function since(all: number | undefined, omitted = 0): number | undefined {
  return all === undefined ? undefined : all - omitted;
}
