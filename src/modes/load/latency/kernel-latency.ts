/**
 * Latency where a dialect has no connection beside the test: the kernel's own round trips of the streams that this end
 * sends, which it smooths. Liveness: looks until it is told to finish.
 */
import { bounds, waits } from '../../../defaults/index.js';
import type { RttSummary } from '../../../events/load.js';
import type { Cancel, Clock } from '../../../host/clock.js';
import { type LatencyReport, latencyReport } from '../../../measure/latency/latency.js';
import { Thinned } from '../../../measure/latency/thinned.js';
import type { TestPlan } from '../../../plan/plan.js';
import type { Link } from '../../../transport/channel.js';
import { summaryOf } from './round-trips.js';

type Kernel = Pick<Link, 'kernel'>;

/** Undefined where no kernel tells. */
export function kernelRoundTrips(links: readonly Kernel[]): RttSummary | undefined {
  return summaryOf(samplesOf(links));
}

export class KernelLatency {
  readonly #clock: Clock;
  readonly #links: readonly Kernel[];
  readonly #idleMs: readonly number[];
  readonly #loadedMs = new Thinned(bounds.kernelRoundTrips);
  #cancel: Cancel = () => {};

  /** Of streams that are not loaded yet. */
  constructor(clock: Clock, links: readonly Kernel[]) {
    this.#clock = clock;
    this.#links = links;
    this.#idleMs = samplesOf(links);
  }

  /** From the start of the test on; the omitted beginning does not count. */
  measureLoaded({ omitSeconds }: Pick<TestPlan, 'omitSeconds'>): void {
    this.#arm(this.#clock.now() + omitSeconds + waits.latencyIntervalSeconds);
  }

  /** Undefined where no kernel told anything. */
  finish(): LatencyReport | undefined {
    this.close();
    if (this.#idleMs.length === 0 && this.#loadedMs.count === 0) return undefined;
    const samples = { idleMs: this.#idleMs, loadedMs: this.#loadedMs.sorted(), unansweredMs: [] };
    return { ...latencyReport('up', samples), source: 'kernel' };
  }

  close(): void {
    this.#cancel();
  }

  #arm(moment: number): void {
    this.#cancel = this.#clock.at(moment, () => {
      for (const ms of samplesOf(this.#links, 1000 * waits.latencyIntervalSeconds)) this.#loadedMs.add(ms);
      this.#arm(this.#clock.now() + waits.latencyIntervalSeconds);
    });
  }
}

/** A connection that nothing was sent on has no round trips, and one where none has ended within `freshMs` no new ones. */
function samplesOf(links: readonly Kernel[], freshMs = Number.POSITIVE_INFINITY): number[] {
  const samples = links.flatMap(({ kernel }) => kernel?.sample() ?? []);
  return samples.flatMap(({ rttUs, sinceAckMs }) => (rttUs > 0 && sinceAckMs <= freshMs ? rttUs / 1000 : []));
}
