/** Where a running test is, four times a second, from this end's own counters. */
import type { TestEvent } from '../../events/test.js';
import type { Clock } from '../../host/clock.js';
import type { Direction, TestPlan } from '../../plan/plan.js';
import type { LiveCounts } from './figures.js';
import { directionOf, directionsOf, type Role } from './results.js';
import type { StreamRun } from './stream.js';

const PERIOD_SECONDS = 0.25;

interface Moment extends LiveCounts {
  readonly at: number;
}

export class ProgressMeter {
  readonly #role: Role;
  readonly #test: TestPlan;
  readonly #runs: readonly Pick<StreamRun, 'counts'>[];
  readonly #clock: Clock;
  readonly #emit: (event: TestEvent) => void;
  readonly #start: Moment;
  readonly #timer: NodeJS.Timeout;
  #last: Moment;

  constructor(
    role: Role,
    test: TestPlan,
    runs: readonly Pick<StreamRun, 'counts'>[],
    clock: Clock,
    emit: (event: TestEvent) => void,
  ) {
    this.#role = role;
    this.#test = test;
    this.#runs = runs;
    this.#clock = clock;
    this.#emit = emit;
    this.#start = this.#now();
    this.#last = this.#start;
    this.#timer = setInterval(() => this.#tick(), PERIOD_SECONDS * 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = this.#now();
    const rates = directionsOf(this.#test).map((direction) => ({
      direction,
      bitsPerSecond:
        (8 * (this.#bytes(now, direction) - this.#bytes(this.#last, direction))) / (now.at - this.#last.at),
    }));
    this.#last = now;
    this.#emit({ type: 'progress', seconds: now.at - this.#start.at, fraction: this.#fraction(now), rates });
  }

  #now(): Moment {
    const counts = this.#runs.map((run) => run.counts());
    return {
      at: this.#clock.now(),
      sentBytes: counts.reduce((sum, count) => sum + count.sentBytes, 0),
      receivedBytes: counts.reduce((sum, count) => sum + count.receivedBytes, 0),
    };
  }

  #bytes(moment: Moment, direction: Direction): number {
    return directionOf(this.#role, true) === direction ? moment.sentBytes : moment.receivedBytes;
  }

  #fraction(now: Moment): number {
    const { bytes, omitSeconds, seconds } = this.#test;
    const done = bytes === undefined ? now.at - this.#start.at : Math.min(...this.#directionBytes(now));
    return Math.min(1, done / (bytes ?? omitSeconds + seconds));
  }

  #directionBytes(now: Moment): number[] {
    return directionsOf(this.#test).map((direction) => this.#bytes(now, direction));
  }
}
